package io.vireo.nvme.spec;

/** What a controller may offer: bits of fields of the identify data (Base figure 275). */
public final class Capabilities {
  public static final int OACS_SECURITY = 1;
  public static final int OACS_FORMAT = 1 << 1;
  public static final int OACS_FIRMWARE = 1 << 2;
  public static final int OACS_NAMESPACES = 1 << 3;
  public static final int OACS_SELF_TEST = 1 << 4;
  public static final int OACS_DIRECTIVES = 1 << 5;

  /** Shadow doorbells. */
  public static final int OACS_DOORBELL_BUFFER = 1 << 8;

  public static final int ONCS_COMPARE = 1;
  public static final int ONCS_WRITE_UNCORRECTABLE = 1 << 1;
  public static final int ONCS_DATASET_MANAGEMENT = 1 << 2;
  public static final int ONCS_WRITE_ZEROES = 1 << 3;

  /** Get and set features know saved and default values. */
  public static final int ONCS_SAVE = 1 << 4;

  public static final int ONCS_RESERVATIONS = 1 << 5;
  public static final int ONCS_TIMESTAMP = 1 << 6;
  public static final int ONCS_VERIFY = 1 << 7;
  public static final int ONCS_COPY = 1 << 8;

  /** The health log can be asked for one namespace. */
  public static final int LPA_SMART_OF_NAMESPACE = 1;

  public static final int LPA_COMMAND_EFFECTS = 1 << 1;

  /** Log pages can be read from an offset on, and more than 16 KiB of them. */
  public static final int LPA_EXTENDED = 1 << 2;

  public static final int OAES_NAMESPACE_ATTRIBUTE = 1 << 8;
  public static final int OAES_FIRMWARE_ACTIVATION = 1 << 9;

  /** FNA: a format of one namespace formats all. */
  public static final int FNA_FORMAT_ALL = 1;

  /** FNA: an erase of one namespace erases all. */
  public static final int FNA_ERASE_ALL = 1 << 1;

  public static final int FNA_CRYPTO_ERASE = 1 << 2;

  private Capabilities() {}
}

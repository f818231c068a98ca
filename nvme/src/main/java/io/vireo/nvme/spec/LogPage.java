package io.vireo.nvme.spec;

/** Log page identifiers (Base 5.16.1) and the sizes of those that have one. */
public final class LogPage {
  public static final int ERROR = 0x01;
  public static final int SMART = 0x02;
  public static final int FIRMWARE_SLOT = 0x03;
  public static final int CHANGED_NAMESPACES = 0x04;
  public static final int COMMAND_EFFECTS = 0x05;

  /** One entry of the error log. */
  public static final int ERROR_ENTRY_BYTES = 64;

  public static final int SMART_BYTES = 512;
  public static final int FIRMWARE_SLOT_BYTES = 512;
  public static final int CHANGED_NAMESPACES_BYTES = 4096;
  public static final int COMMAND_EFFECTS_BYTES = 4096;

  private LogPage() {}
}

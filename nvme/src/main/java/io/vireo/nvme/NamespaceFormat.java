package io.vireo.nvme;

/**
 * What a namespace shall be formatted to (Base 5.14).
 *
 * @param format which of its block formats, from 0 to 63
 * @param extendedLba metadata follow each block's data in the same buffer
 * @param protection type of protection information, from 0 (none) to 3
 * @param protectionFirst at the metadata's start
 * @param erase what becomes of the data
 * @param timeoutMs how long it may take
 */
public record NamespaceFormat(
    int format,
    boolean extendedLba,
    int protection,
    boolean protectionFirst,
    Erase erase,
    long timeoutMs) {
  /** SES: what becomes of the data. */
  public enum Erase {
    /** Whatever the controller likes. */
    NONE(0),
    USER_DATA(1),
    /** By forgetting the key that they were written with. */
    CRYPTOGRAPHIC(2);

    private final int code;

    Erase(int code) {
      this.code = code;
    }
  }

  private static final int MAX_FORMAT = 63;
  private static final long DEFAULT_TIMEOUT_MS = 600_000;

  public NamespaceFormat {
    if (format < 0 || format > MAX_FORMAT) {
      throw new NvmeException("block format %d is not from 0 to %d".formatted(format, MAX_FORMAT));
    }
    if (protection < 0 || protection > 3) {
      throw new NvmeException("protection type %d is not from 0 to 3".formatted(protection));
    }
  }

  /** To that format, without protection, in ten minutes. */
  public static NamespaceFormat to(int format) {
    return new NamespaceFormat(format, false, 0, false, Erase.NONE, DEFAULT_TIMEOUT_MS);
  }

  /** Whether the data are to be erased, not just gone. */
  boolean erases() {
    return erase != Erase.NONE;
  }

  /** Command dword 10. */
  int dword10() {
    return (format >>> 4) << 12
        | erase.code << 9
        | (protectionFirst ? 1 << 8 : 0)
        | protection << 5
        | (extendedLba ? 1 << 4 : 0)
        | (format & 0xf);
  }
}

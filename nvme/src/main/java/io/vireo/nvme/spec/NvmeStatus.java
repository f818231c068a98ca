package io.vireo.nvme.spec;

/**
 * The status of a completed command (Base 3.3.3.2.1), as the 15 bits above the phase tag.
 *
 * <pre>
 *   14  13  12 11 10   8 7       0
 *   |DNR|M |  CRD |  SCT |   SC   |        0 is success
 * </pre>
 *
 * <p>The constants are type and code together ({@code SCT << 8 | SC}); compare with {@link
 * #typeAndCode}.
 */
public final class NvmeStatus {
  public static final int SUCCESS = 0;
  public static final int INVALID_OPCODE = 0x001;
  public static final int INVALID_FIELD = 0x002;
  public static final int COMMAND_ID_CONFLICT = 0x003;
  public static final int DATA_TRANSFER_ERROR = 0x004;
  public static final int POWER_LOSS = 0x005;
  public static final int INTERNAL_ERROR = 0x006;
  public static final int ABORT_REQUESTED = 0x007;
  public static final int ABORTED_SQ_DELETION = 0x008;
  public static final int FAILED_FUSED_COMMAND = 0x009;
  public static final int MISSING_FUSED_COMMAND = 0x00a;
  public static final int INVALID_NAMESPACE = 0x00b;
  public static final int COMMAND_SEQUENCE_ERROR = 0x00c;
  public static final int INVALID_SGL_SEGMENT = 0x00d;
  public static final int SGL_LENGTH_INVALID = 0x00f;
  public static final int SGL_TYPE_INVALID = 0x011;
  public static final int PRP_OFFSET_INVALID = 0x013;
  public static final int NAMESPACE_WRITE_PROTECTED = 0x020;
  public static final int COMMAND_INTERRUPTED = 0x021;
  public static final int TRANSIENT_TRANSPORT_ERROR = 0x022;
  public static final int MEDIA_NOT_READY = 0x024;
  public static final int LBA_OUT_OF_RANGE = 0x080;
  public static final int CAPACITY_EXCEEDED = 0x081;
  public static final int NAMESPACE_NOT_READY = 0x082;
  public static final int RESERVATION_CONFLICT = 0x083;
  public static final int FORMAT_IN_PROGRESS = 0x084;
  public static final int COMPLETION_QUEUE_INVALID = 0x100;
  public static final int INVALID_QUEUE_ID = 0x101;
  public static final int INVALID_QUEUE_SIZE = 0x102;
  public static final int ABORT_LIMIT_EXCEEDED = 0x103;
  public static final int ASYNC_EVENT_LIMIT_EXCEEDED = 0x105;
  public static final int INVALID_LOG_PAGE = 0x109;
  public static final int FIRMWARE_NEEDS_CONVENTIONAL_RESET = 0x10b;
  public static final int INVALID_QUEUE_DELETION = 0x10c;
  public static final int FIRMWARE_NEEDS_SUBSYSTEM_RESET = 0x110;
  public static final int FIRMWARE_NEEDS_RESET = 0x111;
  public static final int NAMESPACE_ALREADY_ATTACHED = 0x118;
  public static final int NAMESPACE_NOT_ATTACHED = 0x11a;
  public static final int WRITE_FAULT = 0x280;
  public static final int UNRECOVERED_READ_ERROR = 0x281;
  public static final int GUARD_CHECK_ERROR = 0x282;
  public static final int APPLICATION_TAG_CHECK_ERROR = 0x283;
  public static final int REFERENCE_TAG_CHECK_ERROR = 0x284;
  public static final int COMPARE_FAILURE = 0x285;
  public static final int ACCESS_DENIED = 0x286;

  /** Given by a host, never by a controller: the command ended without the controller's answer. */
  public static final int ABORTED_BY_HOST = 0x371;

  /** Do not retry: the same command would fail again. */
  public static final int DNR = 1 << 14;

  /** M: the error log tells more. */
  public static final int MORE = 1 << 13;

  private NvmeStatus() {}

  /** Type and code, comparable with the constants. */
  public static int typeAndCode(int status) {
    return status & 0x7ff;
  }

  /** SCT: 0 generic, 1 command specific, 2 media and data integrity, 3 path, 7 vendor's. */
  public static int type(int status) {
    return status >>> 8 & 0b111;
  }

  /** SC. */
  public static int code(int status) {
    return status & 0xff;
  }

  /** CRD: which of the controller's retry delays applies, 0 for none. */
  public static int retryDelay(int status) {
    return status >>> 11 & 0b11;
  }

  public static boolean isError(int status) {
    return status != SUCCESS;
  }

  /** Whether the same command may succeed when it is sent again: an error without DNR. */
  public static boolean isRetryable(int status) {
    return status != SUCCESS && (status & DNR) == 0;
  }

  /**
   * Whether the controller asks to be asked again a little later: it was interrupted, or what the
   * command is about is not ready yet.
   */
  public static boolean isPassing(int status) {
    return isRetryable(status)
        && switch (typeAndCode(status)) {
          case COMMAND_INTERRUPTED, MEDIA_NOT_READY, NAMESPACE_NOT_READY -> true;
          default -> false;
        };
  }

  /** For people: {@code LBA out of range (type 0h, code 80h, do not retry)}. */
  public static String text(int status) {
    return "%s (type %xh, code %02xh%s)"
        .formatted(
            StatusText.of(typeAndCode(status)),
            type(status),
            code(status),
            (status & DNR) != 0 ? ", do not retry" : "");
  }
}

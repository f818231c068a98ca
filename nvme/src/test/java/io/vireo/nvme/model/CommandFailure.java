package io.vireo.nvme.model;

/** Ends a command with a status: {@code SCT << 8 | SC}, and DNR as bit 14. */
final class CommandFailure extends RuntimeException {
  static final int DNR = 1 << 14;
  static final int INVALID_OPCODE = DNR | 0x001;
  static final int INVALID_FIELD = DNR | 0x002;
  static final int DATA_TRANSFER_ERROR = 0x004;
  static final int ABORT_REQUESTED = 0x007;
  static final int ABORTED_SQ_DELETION = 0x008;
  static final int FAILED_FUSED = 0x009;
  static final int MISSING_FUSED = 0x00a;
  static final int INVALID_NAMESPACE = DNR | 0x00b;
  static final int INVALID_SGL_SEGMENT = DNR | 0x00d;
  static final int SGL_LENGTH_INVALID = DNR | 0x00f;
  static final int SGL_TYPE_INVALID = DNR | 0x011;
  static final int PRP_OFFSET_INVALID = DNR | 0x013;
  static final int LBA_OUT_OF_RANGE = DNR | 0x080;
  static final int COMPLETION_QUEUE_INVALID = DNR | 0x100;
  static final int INVALID_QUEUE_ID = DNR | 0x101;
  static final int INVALID_QUEUE_SIZE = DNR | 0x102;
  static final int ASYNC_EVENT_LIMIT_EXCEEDED = DNR | 0x105;
  static final int INVALID_LOG_PAGE = DNR | 0x109;
  static final int INVALID_FIRMWARE_SLOT = DNR | 0x106;
  static final int INVALID_FIRMWARE_IMAGE = DNR | 0x107;
  static final int INVALID_FORMAT = DNR | 0x10a;
  static final int INVALID_QUEUE_DELETION = DNR | 0x10c;
  static final int FEATURE_NOT_SAVEABLE = DNR | 0x10d;
  static final int FIRMWARE_NEEDS_RESET = DNR | 0x111;
  static final int OVERLAPPING_RANGE = DNR | 0x114;
  static final int NAMESPACE_INSUFFICIENT_CAPACITY = DNR | 0x115;
  static final int NAMESPACE_ID_UNAVAILABLE = DNR | 0x116;
  static final int NAMESPACE_ALREADY_ATTACHED = DNR | 0x118;
  static final int NAMESPACE_NOT_ATTACHED = DNR | 0x11a;
  static final int CONTROLLER_LIST_INVALID = DNR | 0x11c;
  static final int SELF_TEST_IN_PROGRESS = DNR | 0x11d;
  static final int COMPARE_FAILURE = DNR | 0x285;

  private static final long serialVersionUID = 1L;

  private final int status;

  CommandFailure(int status) {
    super("status 0x%x".formatted(status), null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }
}

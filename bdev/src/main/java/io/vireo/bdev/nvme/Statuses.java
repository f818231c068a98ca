package io.vireo.bdev.nvme;

import io.vireo.bdev.IoStatus;
import io.vireo.nvme.spec.NvmeStatus;

/** What a controller's status means for whoever has the disk. Any thread. */
public final class Statuses {
  private Statuses() {}

  /** The {@link IoStatus} for a status of {@link NvmeStatus}. */
  public static int of(int status) {
    return switch (NvmeStatus.typeAndCode(status)) {
      case NvmeStatus.SUCCESS -> IoStatus.OK;
      case NvmeStatus.INVALID_OPCODE -> IoStatus.UNSUPPORTED;
      case NvmeStatus.LBA_OUT_OF_RANGE -> IoStatus.OUT_OF_RANGE;
      case NvmeStatus.CAPACITY_EXCEEDED -> IoStatus.NO_SPACE;
      case NvmeStatus.ABORT_REQUESTED -> IoStatus.ABORTED;
      default -> IoStatus.IO_ERROR;
    };
  }

  /** Whether the same command may succeed at another time. */
  static boolean worthAnotherTry(int status) {
    return NvmeStatus.isRetryable(status)
        && switch (NvmeStatus.typeAndCode(status)) {
          case NvmeStatus.INVALID_OPCODE,
              NvmeStatus.INVALID_FIELD,
              NvmeStatus.INVALID_NAMESPACE,
              NvmeStatus.LBA_OUT_OF_RANGE,
              NvmeStatus.COMPARE_FAILURE ->
              false;
          default -> true;
        };
  }
}

package io.vireo.bdev.error;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.module.Optional;
import io.vireo.bdev.nvme.Statuses;

/**
 * Parameters of bdev_error_inject_error.
 *
 * @param name the bdev's
 * @param io_type which requests
 * @param error_type what happens to them
 * @param nvme_sct status code type of an nvme_failure
 * @param nvme_sc status code of an nvme_failure
 * @param num how many requests of each type; 0: none any more
 * @param queue_depth only those that find so many in flight on their channel
 * @param corrupt_offset which byte of the request is changed; shorter ones pass
 * @param corrupt_value what is added to it by exclusive or, not 0
 */
public record ErrorInject(
    String name,
    RequestKind io_type,
    ErrorType error_type,
    @Optional int nvme_sct,
    @Optional int nvme_sc,
    @Optional("1") long num,
    @Optional long queue_depth,
    @Optional long corrupt_offset,
    @Optional int corrupt_value) {
  private static final int MAX_NVME_SCT = 7;
  private static final int MAX_BYTE = 255;

  /** Refuses what makes no sense; {@code clear} needs nothing else. */
  void requireSense() {
    if (io_type == RequestKind.CLEAR) {
      return;
    }
    if (error_type == ErrorType.CORRUPT_DATA) {
      requireCorruption();
    }
    if (error_type == ErrorType.NVME_FAILURE) {
      requireNvmeStatus();
    }
  }

  private void requireCorruption() {
    if (corrupt_value < 1 || corrupt_value > MAX_BYTE) {
      throw BdevException.invalid(
          "corrupt_value %d is not between 1 and %d".formatted(corrupt_value, MAX_BYTE));
    }
    if (!io_type.covers(IoType.READ) && !io_type.covers(IoType.WRITE)) {
      throw BdevException.invalid("only reads and writes have data that can be corrupted");
    }
  }

  private void requireNvmeStatus() {
    if (nvme_sct > MAX_NVME_SCT || nvme_sc > MAX_BYTE) {
      throw BdevException.invalid(
          "nvme_sct %d and nvme_sc %d are not at most %d and %d"
              .formatted(nvme_sct, nvme_sc, MAX_NVME_SCT, MAX_BYTE));
    }
    if (nvme_sct == 0 && nvme_sc == 0) {
      throw BdevException.invalid("nvme_sct 0 and nvme_sc 0 are a success");
    }
  }

  /** Whether requests of that type are met. */
  boolean meets(IoType type) {
    return io_type.covers(type) && (error_type != ErrorType.CORRUPT_DATA || type.hasData());
  }

  /** What failing requests end with. */
  int status() {
    return error_type == ErrorType.NVME_FAILURE
        ? Statuses.of(nvme_sct << 8 | nvme_sc)
        : IoStatus.IO_ERROR;
  }
}

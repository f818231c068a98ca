package io.vireo.bdev.uring;

import io.vireo.bdev.IoStatus;
import io.vireo.linux.Errno;

/** What the kernel's results mean for a request. */
final class ErrnoStatus {
  private ErrnoStatus() {}

  /** The status of a result: OK unless it is a negative errno. */
  static int of(int res) {
    return res >= 0
        ? IoStatus.OK
        : switch (-res) {
          case Errno.ENOSPC, Errno.EDQUOT -> IoStatus.NO_SPACE;
          case Errno.EROFS -> IoStatus.READ_ONLY;
          case Errno.EOPNOTSUPP -> IoStatus.UNSUPPORTED;
          case Errno.ENODEV, Errno.ENXIO -> IoStatus.NO_DEVICE;
          case Errno.ECANCELED -> IoStatus.ABORTED;
          default -> IoStatus.IO_ERROR;
        };
  }
}

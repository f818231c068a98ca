package io.vireo.bdev.uring;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.linux.Errno;
import io.vireo.linux.Libc;
import io.vireo.linux.uring.Sqe;

/**
 * Reactor thread only. An UNMAP or WRITE_ZEROES on its way.
 *
 * <p>What the file system does not know is learned once for the bdev, and the next way is taken.
 * Giving the space back: punch a hole, else zero the range, else write zeroes (an UNMAP ends with
 * UNSUPPORTED when no hole can be punched). Keeping the space: zero the range, else punch a hole
 * and allocate it again, else write zeroes. Write-through adds one step: what was done is made
 * durable.
 */
final class Zeroing {
  /** How much is written at a time where nothing else is known. */
  static final int ZEROES_BYTES = 128 << 10;

  static final int PUNCH = Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE;
  static final int ZERO_RANGE = Libc.FALLOC_FL_ZERO_RANGE | Libc.FALLOC_FL_KEEP_SIZE;
  static final int ALLOCATE = Libc.FALLOC_FL_KEEP_SIZE;
  private static final int WRITE = -1; // no mode of fallocate

  private final long zeroesAddress;
  private BdevIo io;
  private BackingFile file;
  private ZeroingWays ways;
  private int mode;
  private boolean punched;
  private boolean syncing;
  private long writtenBytes;

  /** {@code zeroesAddress}: ZEROES_BYTES of zeroes that nobody writes to. */
  Zeroing(long zeroesAddress) {
    this.zeroesAddress = zeroesAddress;
  }

  void begin(BdevIo io, BackingFile file, ZeroingWays ways) {
    this.io = io;
    this.file = file;
    this.ways = ways;
    punched = false;
    syncing = false;
    writtenBytes = 0;
  }

  private boolean mayRelease() {
    return io.type() == IoType.UNMAP || io.mayUnmap();
  }

  private int choose() {
    if (mayRelease() && ways.punch) {
      return PUNCH;
    }
    if (ways.zeroRange) {
      return ZERO_RANGE;
    }
    if (!ways.punch || !ways.allocate) {
      return WRITE;
    }
    return punched ? ALLOCATE : PUNCH;
  }

  void fill(long sqe, int fd, UringRequest request) {
    if (syncing) {
      Sqe.prepFsync(sqe, fd, true, request.submitting());
      return;
    }
    mode = choose();
    if (mode == WRITE) {
      int bytes = (int) Math.min(io.lengthBytes() - writtenBytes, ZEROES_BYTES);
      Sqe.prepWrite(
          sqe, fd, zeroesAddress, bytes, io.offsetBytes() + writtenBytes, 0, request.submitting());
    } else {
      Sqe.prepFallocate(sqe, fd, mode, io.offsetBytes(), io.lengthBytes(), request.submitting());
    }
  }

  int ended(int res) {
    if (syncing) {
      return ErrnoStatus.of(res);
    }
    int status = zeroed(res);
    syncing = status == IoStatus.OK && io.fua();
    return syncing ? IoStatus.PENDING : status;
  }

  private int zeroed(int res) {
    if (res == -Errno.EOPNOTSUPP && mode != WRITE) {
      ways.cannot(mode);
      return io.type() == IoType.UNMAP ? IoStatus.UNSUPPORTED : IoStatus.PENDING;
    }
    if (res < 0) {
      return ErrnoStatus.of(res);
    }
    if (mode == WRITE) {
      return written(res);
    }
    punched = mode == PUNCH;
    return punched && !mayRelease() ? IoStatus.PENDING : IoStatus.OK;
  }

  private int written(int res) {
    long bytes = file.alignment().whole(res);
    writtenBytes += bytes;
    if (bytes == 0) {
      return IoStatus.IO_ERROR;
    }
    return writtenBytes == io.lengthBytes() ? IoStatus.OK : IoStatus.PENDING;
  }
}

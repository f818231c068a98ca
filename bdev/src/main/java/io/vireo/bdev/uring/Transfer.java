package io.vireo.bdev.uring;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.linux.FaultPoint;
import io.vireo.linux.Mem;
import io.vireo.linux.uring.Sqe;

/**
 * Reactor thread only. A READ or WRITE on its way: what is done, and the next step.
 *
 * <p>A step is one buffer (or what is left of it), or many whole buffers, or one fill of the bounce
 * buffer.
 */
final class Transfer {
  /** IOV_MAX of Linux. */
  static final int MAX_BUFFERS = 1024;

  /** MAX_RW_COUNT of Linux: more is cut off. */
  static final long MAX_BYTES = 0x7ffff000;

  private BdevIo io;
  private BackingFile file;
  private long bounce; // 0: none
  private int bounceBytes; // how long that buffer is
  private long doneBytes;
  private int buffer; // the first that is not done, and how much of it is
  private long bufferDoneBytes;

  void begin(BdevIo io, BackingFile file) {
    this.io = io;
    this.file = file;
    doneBytes = 0;
    buffer = 0;
    bufferDoneBytes = 0;
  }

  void bounce(long address, int bytes) {
    bounce = address;
    bounceBytes = bytes;
  }

  long takeBounce() {
    long address = bounce;
    bounce = 0;
    return address;
  }

  private int bounceStepBytes() {
    long left = io.lengthBytes() - doneBytes;
    return (int) (left <= bounceBytes ? left : file.alignment().whole(bounceBytes));
  }

  /**
   * Fills the bounce buffer. A guest can take its memory away while we copy: so nothing of another
   * guest's may be left in the buffer.
   */
  void load() {
    if (bounce != 0 && io.type() == IoType.WRITE) {
      Mem.fill(bounce, bounceStepBytes(), (byte) 0);
      io.gather(doneBytes, bounce, bounceStepBytes());
      FaultPoint.pass(); // the ring is shared
    }
  }

  void fill(long sqe, int fd, UringRequest request) {
    long offset = io.offsetBytes() + doneBytes;
    if (bounce != 0) {
      fillOne(sqe, fd, bounce, bounceStepBytes(), offset, request);
    } else if (bufferDoneBytes == 0 && buffer < io.bufferCount() - 1) {
      fillMany(sqe, fd, offset, request);
    } else {
      long bytes = Math.min(io.bufferBytes(buffer) - bufferDoneBytes, MAX_BYTES);
      fillOne(sqe, fd, io.buffer(buffer) + bufferDoneBytes, (int) bytes, offset, request);
    }
  }

  private void fillOne(
      long sqe, int fd, long address, int bytes, long offset, UringRequest request) {
    int flags = writeFlags();
    if (io.type() == IoType.READ) {
      Sqe.prepRead(sqe, fd, address, bytes, offset, request.submitting());
    } else {
      Sqe.prepWrite(sqe, fd, address, bytes, offset, flags, request.submitting());
    }
  }

  private void fillMany(long sqe, int fd, long offset, UringRequest request) {
    long iovs = io.iovs() + (long) buffer * BdevIo.IOVEC_BYTES;
    int count = Math.min(io.bufferCount() - buffer, MAX_BUFFERS);
    int flags = writeFlags();
    if (io.type() == IoType.READ) {
      Sqe.prepReadv(sqe, fd, iovs, count, offset, request.submitting());
    } else {
      Sqe.prepWritev(sqe, fd, iovs, count, offset, flags, request.submitting());
    }
  }

  private int writeFlags() {
    return io.fua() ? Sqe.RWF_DSYNC : 0;
  }

  int ended(int res) {
    if (res < 0) {
      return ErrnoStatus.of(res);
    }
    // A direct transfer goes on at a multiple only; what was cut off beyond is done again.
    long bytes = doneBytes + res == io.lengthBytes() ? res : file.alignment().whole(res);
    if (bytes == 0) {
      return IoStatus.IO_ERROR; // the file has become shorter
    }
    if (bounce != 0 && io.type() == IoType.READ) {
      io.scatter(doneBytes, bounce, bytes);
      FaultPoint.pass();
    }
    advance(bytes);
    return doneBytes == io.lengthBytes() ? IoStatus.OK : IoStatus.PENDING;
  }

  private void advance(long bytes) {
    doneBytes += bytes;
    bufferDoneBytes += bytes;
    while (buffer < io.bufferCount() && bufferDoneBytes >= io.bufferBytes(buffer)) {
      bufferDoneBytes -= io.bufferBytes(buffer++);
    }
  }
}

package io.vireo.bdev.uring;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.linux.Errno;
import io.vireo.linux.uring.Sqe;

/**
 * Reactor thread only. One slot of a {@link UringRing}: a request in flight, step by step.
 *
 * <p>Each step is one submission entry: {@link #load}, then {@link #fill}, then with the kernel's
 * result {@link #ended}, which tells whether there is another.
 */
final class UringRequest {
  /** How long a request that the kernel puts off again and again is repeated: the 30 s of SCSI. */
  static final long RETRY_NS = 30_000_000_000L;

  /** The slot's number, which travels through the ring. */
  final int slot;

  UringRequest next; // in a RequestList
  UringChannel channel;
  BdevIo io;
  boolean inKernel;
  boolean cancelled;

  private final Transfer transfer = new Transfer();
  private final Zeroing zeroing;

  UringRequest(int slot, long zeroesAddress) {
    this.slot = slot;
    this.zeroing = new Zeroing(zeroesAddress);
  }

  /** Begins; answers whether the request needs a {@link #bounce} buffer before its first step. */
  boolean begin(UringChannel channel, BdevIo io) {
    this.channel = channel;
    this.io = io;
    cancelled = false;
    if (io.type().hasData()) {
      transfer.begin(io, channel.file());
      return !channel.file().alignment().holds(io);
    }
    zeroing.begin(io, channel.file(), channel.ways());
    return false;
  }

  /** Gives it a bounce buffer. */
  void bounce(long address) {
    transfer.bounce(address);
  }

  /** Takes its bounce buffer back; 0 when it has none. */
  long takeBounce() {
    return transfer.takeBounce();
  }

  /**
   * Prepares the next step.
   *
   * @throws InternalError when the memory behind a buffer is gone
   */
  void load() {
    if (io.type().hasData()) {
      transfer.load();
    }
  }

  /** Writes the next step's submission entry. */
  void fill(long sqe) {
    inKernel = true;
    int fd = channel.file().fd();
    switch (io.type()) {
      case READ, WRITE -> transfer.fill(sqe, fd, slot);
      case UNMAP, WRITE_ZEROES -> zeroing.fill(sqe, fd, slot);
      default -> Sqe.prepFsync(sqe, fd, true, slot); // FLUSH; a RESET does not come here
    }
  }

  /**
   * A step has ended with the kernel's result.
   *
   * @return the request's final status, or PENDING: there is another step
   * @throws InternalError when the memory behind a buffer is gone
   */
  int ended(int res, long nowNs) {
    inKernel = false;
    if (res == -Errno.EINTR || res == -Errno.EAGAIN || res == -Errno.ECANCELED) {
      return putOff(nowNs);
    }
    return switch (io.type()) {
      case READ, WRITE -> transfer.ended(res);
      case UNMAP, WRITE_ZEROES -> zeroing.ended(res);
      default -> ErrnoStatus.of(res);
    };
  }

  private int putOff(long nowNs) {
    if (cancelled) {
      return IoStatus.ABORTED;
    }
    return nowNs - io.startNs() > RETRY_NS ? IoStatus.IO_ERROR : IoStatus.PENDING;
  }
}

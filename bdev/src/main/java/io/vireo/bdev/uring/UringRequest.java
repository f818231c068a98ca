package io.vireo.bdev.uring;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.WaitingList;
import io.vireo.linux.Errno;
import io.vireo.linux.uring.Sqe;

/**
 * Reactor thread only. One slot of a {@link UringRing}: a request in flight, step by step.
 *
 * <p>Each step is one submission entry: {@link #load}, then {@link #fill}, then with the kernel's
 * result {@link #ended}, which tells whether there is another.
 */
final class UringRequest extends WaitingList.Entry<UringRequest> {
  /** How long a request that the kernel puts off again and again is repeated: the 30 s of SCSI. */
  static final long RETRY_NS = 30_000_000_000L;

  private static final long NEXT_STEP = 1L << 32;

  private long tag;

  UringRequest nextFree;
  UringChannel channel;
  BdevIo io;
  boolean cancelled;
  private boolean inKernel;

  private final Transfer transfer = new Transfer();
  private final Zeroing zeroing;

  /**
   * @param slot its index in the ring's table
   */
  UringRequest(int slot, long zeroesAddress) {
    this.tag = slot;
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
  void bounce(long address, int bytes) {
    transfer.bounce(address, bytes);
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

  /** The slot in a tag. */
  static int slot(long tag) {
    return (int) tag;
  }

  /** What goes through the ring with the step that is in the kernel, never 0. */
  long tag() {
    return tag;
  }

  /**
   * The next step is on its way from now on: its tag. A tag is of one step only, so that an entry
   * that was left half filled by an error speaks for nobody.
   */
  long submitting() {
    inKernel = true;
    tag += NEXT_STEP;
    return tag;
  }

  /** Whether a step is on its way whose completion has not been seen. */
  boolean inKernel() {
    return inKernel;
  }

  /** Writes the next step's submission entry. */
  void fill(long sqe) {
    int fd = channel.file().fd();
    switch (io.type()) {
      case READ, WRITE -> transfer.fill(sqe, fd, this);
      case UNMAP, WRITE_ZEROES -> zeroing.fill(sqe, fd, this);
      default -> Sqe.prepFsync(sqe, fd, true, submitting()); // FLUSH; a RESET does not come here
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

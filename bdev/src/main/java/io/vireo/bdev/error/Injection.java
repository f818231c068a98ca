package io.vireo.bdev.error;

import io.vireo.bdev.BdevIo;
import io.vireo.linux.Mem;
import java.util.concurrent.atomic.AtomicLong;

/** An error for requests of one type, until so many have met it. Any thread, hot. */
final class Injection {
  private final ErrorType type;
  private final int status;
  private final long queueDepth;
  private final long corruptOffset;
  private final byte corruptValue;
  private final AtomicLong left;

  Injection(ErrorInject p) {
    type = p.error_type();
    status = p.status();
    queueDepth = p.queue_depth();
    corruptOffset = p.corrupt_offset();
    corruptValue = (byte) p.corrupt_value();
    left = new AtomicLong(p.num());
  }

  ErrorType type() {
    return type;
  }

  /** What a failing request ends with. */
  int status() {
    return status;
  }

  /** Whether it is for a request that finds so many others in flight. */
  boolean isFor(BdevIo io, int inFlight) {
    return left.get() > 0
        && inFlight >= queueDepth
        && (type != ErrorType.CORRUPT_DATA || corruptOffset < io.dataBytes());
  }

  /** Counts a request; false when others have used it up meanwhile. */
  boolean take() {
    long now = left.get();
    while (now > 0) {
      if (left.compareAndSet(now, now - 1)) {
        return true;
      }
      now = left.get();
    }
    return false;
  }

  /** A request that was counted has found no room at the base: it comes again. */
  void giveBack() {
    left.incrementAndGet();
  }

  /** Which byte of the data is corrupted. */
  long corruptOffset() {
    return corruptOffset;
  }

  /** What a byte becomes. */
  byte corrupted(byte was) {
    return (byte) (was ^ corruptValue);
  }

  /**
   * Corrupts what was read.
   *
   * @throws InternalError when the memory behind the buffer is gone
   */
  void corrupt(BdevIo io) {
    long address = address(io);
    Mem.putByte(address, corrupted(Mem.getByte(address)));
  }

  private long address(BdevIo io) {
    long skip = corruptOffset;
    int buffer = 0;
    while (skip >= io.bufferBytes(buffer)) {
      skip -= io.bufferBytes(buffer++);
    }
    return io.buffer(buffer) + skip;
  }
}

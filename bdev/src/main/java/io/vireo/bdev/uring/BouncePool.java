package io.vireo.bdev.uring;

import io.vireo.bdev.iobuf.IobufOptions;
import io.vireo.memreg.HostMemory;

/**
 * Reactor thread only. Aligned buffers for transfers that are not, and a stretch of zeroes. The
 * memory is taken from the system when a buffer is first used.
 *
 * <p>A transfer that a small buffer holds takes one, or a large one when those are out; all others
 * take a large one, and go through it in pieces. Who finds none waits in line for the size it
 * should have: large buffers go to those who need them first, small ones come back to the others.
 */
final class BouncePool implements AutoCloseable {
  private final HostMemory memory;
  private final IobufOptions sizes;
  private final BounceCounters counters;
  private final BounceStack small;
  private final BounceStack large;
  private final long largeAddress; // small ones lie below, zeroes above

  BouncePool(IobufOptions sizes, BounceCounters counters) {
    this.sizes = sizes;
    this.counters = counters;
    long bytes = sizes.totalBytes() + Zeroing.ZEROES_BYTES;
    memory = HostMemory.allocate(bytes, "bounce", HostMemory.HugePages.NEVER);
    small = new BounceStack(memory.address(), sizes.smallCount(), sizes.smallBytes());
    largeAddress = memory.address() + (long) sizes.smallCount() * sizes.smallBytes();
    large = new BounceStack(largeAddress, sizes.largeCount(), sizes.largeBytes());
  }

  /** Gives a request its buffer; false: it waits, until a buffer that is given back is its. */
  boolean lend(UringRequest request) {
    boolean needsLarge = needsLarge(request);
    long buffer = needsLarge ? 0 : small.take();
    if (buffer == 0) {
      buffer = large.take();
    }
    if (buffer == 0) {
      counters.waited(needsLarge);
      (needsLarge ? large : small).waiters.add(request);
      return false;
    }
    lend(buffer, request);
    return true;
  }

  private boolean needsLarge(UringRequest request) {
    return sizes.smallCount() == 0 || request.io.lengthBytes() > sizes.smallBytes();
  }

  private void lend(long buffer, UringRequest request) {
    boolean isLarge = buffer >= largeAddress;
    counters.lent(isLarge);
    request.bounce(buffer, isLarge ? sizes.largeBytes() : sizes.smallBytes());
  }

  /** Takes a buffer back; the request that waited for it and has it now, or null. */
  UringRequest takeBack(long buffer) {
    BounceStack from = buffer >= largeAddress ? large : small;
    BounceStack to = from.waiters.isEmpty() && from == large ? small : from;
    if (to.waiters.isEmpty()) {
      from.give(buffer);
      return null;
    }
    UringRequest next = to.waiters.take();
    lend(buffer, next);
    return next;
  }

  /** Address of {@link Zeroing#ZEROES_BYTES} zeroes, never to be written. */
  long zeroes() {
    return largeAddress + (long) sizes.largeCount() * sizes.largeBytes();
  }

  @Override
  public void close() {
    memory.close();
  }
}

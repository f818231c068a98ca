package io.vireo.bdev.uring;

import io.vireo.bdev.WaitingList;

/**
 * Reactor thread only. The free buffers of one size, the last one given back first, and the
 * requests that wait for one: there are some of one or of the other.
 */
final class BounceStack {
  final WaitingList<UringRequest> waiters = new WaitingList<>();
  private final long[] free;
  private int count;

  /** Buffers side by side from an address on. */
  BounceStack(long address, int buffers, int bufferBytes) {
    free = new long[buffers];
    for (int i = 0; i < buffers; i++) {
      give(address + (long) i * bufferBytes);
    }
  }

  /** A buffer, or 0 when none is free. */
  long take() {
    return count == 0 ? 0 : free[--count];
  }

  void give(long address) {
    free[count++] = address;
  }
}

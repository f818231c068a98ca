package io.vireo.bdev.delay;

import io.vireo.bdev.filter.FilterChannel;
import io.vireo.bdev.filter.ForwardedIo;

/**
 * Reactor thread only. Requests by the time at which they are due, the earliest first: a binary
 * heap, for latencies change and a late one must not keep those behind it. Times are of a clock
 * that may wrap, and less than half of its range apart.
 */
final class DueQueue {
  private final ForwardedIo[] heap = new ForwardedIo[FilterChannel.MAX_IN_FLIGHT];
  private final long[] dueNs = new long[heap.length];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  /** When the first one is due, of a queue that is not empty. */
  long firstDueNs() {
    return dueNs[0];
  }

  void add(ForwardedIo forwarded, long atNs) {
    int at = size++;
    while (at > 0 && atNs - dueNs[(at - 1) / 2] < 0) {
      move((at - 1) / 2, at);
      at = (at - 1) / 2;
    }
    put(at, forwarded, atNs);
  }

  /** Takes the first one out, of a queue that is not empty. */
  ForwardedIo take() {
    ForwardedIo first = heap[0];
    size--;
    sink(heap[size], dueNs[size]);
    heap[size] = null;
    return first;
  }

  private void sink(ForwardedIo forwarded, long atNs) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && dueNs[child + 1] - dueNs[child] < 0) {
        child++;
      }
      if (dueNs[child] - atNs >= 0) {
        break;
      }
      move(child, at);
      at = child;
    }
    put(at, forwarded, atNs);
  }

  private void move(int from, int to) {
    put(to, heap[from], dueNs[from]);
  }

  private void put(int at, ForwardedIo forwarded, long atNs) {
    heap[at] = forwarded;
    dueNs[at] = atNs;
  }
}

package io.vireo.virtio.blk;

import io.vireo.virtio.queue.SplitQueue;

/**
 * Reactor thread only. The head that a queue is working on: still in the ring, and maybe answered
 * or in flight already.
 */
final class HeadInHand {
  private static final int NONE = -1;

  private final SplitQueue ring;
  private final RequestPool requests;
  private int head = NONE;
  private int nextUsed;

  HeadInHand(SplitQueue ring, RequestPool requests) {
    this.ring = ring;
    this.requests = requests;
  }

  /** The next head of the ring is this one. */
  void take(int next) {
    head = next;
    nextUsed = ring.nextUsed();
  }

  /** It was answered or is in flight. */
  void consume() {
    ring.consume();
    head = NONE;
  }

  /**
   * Memory was lost, maybe another guest's. A head that was answered or is in flight must not be
   * taken again; any other stays in the ring.
   */
  void interrupted() {
    if (head != NONE && (requests.inUse(head) || ring.nextUsed() != nextUsed)) {
      ring.consume();
    }
    head = NONE;
  }
}

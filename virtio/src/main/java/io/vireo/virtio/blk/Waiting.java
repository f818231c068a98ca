package io.vireo.virtio.blk;

/**
 * Reactor thread only. Requests of several ranges that have begun and go on in a later lap: first
 * come, first served. Links the requests themselves, so it allocates nothing.
 */
final class Waiting {
  /**
   * Of more, the driver's ring keeps the rest: a bdev bounds what is pending, and this what is not.
   */
  private static final int LIMIT = 32;

  private BlkRequest first;
  private BlkRequest last;
  private int count;

  boolean isEmpty() {
    return first == null;
  }

  BlkRequest first() {
    return first;
  }

  BlkRequest last() {
    return last;
  }

  void add(BlkRequest request) {
    request.next = null;
    if (first == null) {
      first = request;
    } else {
      last.next = request;
    }
    last = request;
    count++;
  }

  /** Whether no further request should begin that would come here. */
  boolean full() {
    return count >= LIMIT;
  }

  BlkRequest remove() {
    BlkRequest request = first;
    first = request.next;
    if (first == null) {
      last = null;
    }
    request.next = null;
    count--;
    return request;
  }
}

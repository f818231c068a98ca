package io.vireo.virtio.blk;

/**
 * Reactor thread only. Requests of several ranges that have begun and go on in a later lap: first
 * come, first served. Links the requests themselves, so it allocates nothing.
 */
final class Waiting {
  private BlkRequest first;
  private BlkRequest last;

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
    request.nextWaiting = null;
    if (first == null) {
      first = request;
    } else {
      last.nextWaiting = request;
    }
    last = request;
  }

  BlkRequest remove() {
    BlkRequest request = first;
    first = request.nextWaiting;
    if (first == null) {
      last = null;
    }
    request.nextWaiting = null;
    return request;
  }
}

package io.vireo.bdev.uring;

/**
 * Reactor thread only. Requests that wait, first come, first served; a request is in one at most.
 */
final class RequestList {
  private UringRequest first;
  private UringRequest last;
  private int size;

  boolean isEmpty() {
    return first == null;
  }

  int size() {
    return size;
  }

  void add(UringRequest request) {
    request.next = null;
    if (first == null) {
      first = request;
    } else {
      last.next = request;
    }
    last = request;
    size++;
  }

  /** Takes the oldest out. */
  UringRequest take() {
    UringRequest request = first;
    first = request.next;
    size--;
    return request;
  }
}

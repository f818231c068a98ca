package io.vireo.virtio.blk;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.IoStatus;

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

  /**
   * Submits one more range of each request; how many. One a lap, for a range can be much work to a
   * bdev in memory. A request without a further one is ended there.
   */
  int resume(BdevChannel channel, BlkQueue queue) {
    int submitted = 0;
    BlkRequest end = last;
    while (true) {
      BlkRequest request = first;
      int status = request.submit(channel);
      if (status == IoStatus.BUSY) {
        return submitted; // keeps its place
      }
      submitted++;
      remove();
      if (status == BlkRequest.MORE) {
        add(request);
      } else if (status != IoStatus.PENDING) {
        queue.end(request, status);
      }
      if (request == end) {
        return submitted;
      }
    }
  }
}

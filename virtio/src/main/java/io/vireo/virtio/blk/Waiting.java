package io.vireo.virtio.blk;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.WaitingList;

/**
 * Reactor thread only. Requests of several ranges that have begun and go on in a later lap: first
 * come, first served.
 */
final class Waiting {
  /**
   * Of more, the driver's ring keeps the rest: a bdev bounds what is pending, and this what is not.
   */
  private static final int LIMIT = 32;

  private final WaitingList<BlkRequest> requests = new WaitingList<>();

  boolean isEmpty() {
    return requests.isEmpty();
  }

  void add(BlkRequest request) {
    requests.add(request);
  }

  /** Whether no further request should begin that would come here. */
  boolean full() {
    return requests.size() >= LIMIT;
  }

  BlkRequest remove() {
    return requests.take();
  }

  /**
   * Submits one more range of each request; how many. One a lap, for a range can be much work to a
   * bdev in memory. A request without a further one is ended there.
   */
  int resume(BdevChannel channel, BlkQueue queue) {
    int submitted = 0;
    BlkRequest end = requests.last();
    while (true) {
      BlkRequest request = requests.first();
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

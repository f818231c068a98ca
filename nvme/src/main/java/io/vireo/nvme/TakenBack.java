package io.vireo.nvme;

import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.spec.Sqe;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.TransportQueue;

/**
 * Requests that a queue had when its controller was disabled, in the order of their submission.
 * Reactor thread only.
 */
final class TakenBack {
  private final NvmeRequest[] requests;
  private int first;
  private int end;

  TakenBack(int capacity) {
    requests = new NvmeRequest[capacity];
  }

  boolean isEmpty() {
    return first == end;
  }

  int size() {
    return end - first;
  }

  /**
   * Stops a queue and takes everything in flight out of it, once what had ended has ended; what is
   * here already came after it. What owners throw comes out then.
   */
  void takeAll(TransportQueue queue) {
    queue.stop();
    Throwable thrown = null;
    boolean more = true;
    for (int i = 0; more && i < queue.entries(); i++) {
      try {
        queue.poll(queue.entries());
        more = false;
      } catch (RuntimeException | Error e) {
        thrown = Thrown.first(thrown, e); // of one; others come behind it
      }
    }
    takeInFlight(queue);
    Thrown.again(endUnwanted(thrown));
  }

  private void takeInFlight(TransportQueue queue) {
    int later = size();
    int earlier = queue.inFlight();
    System.arraycopy(requests, first, requests, earlier, later);
    for (int i = 0; i < earlier; i++) {
      requests[i] = queue.takeBack();
    }
    first = 0;
    clear(earlier + later, end);
    end = earlier + later;
  }

  private void clear(int from, int to) {
    for (int i = from; i < to; i++) {
      requests[i] = null;
    }
  }

  /**
   * Submits them as far as there is room. The controller may have become another by its reset: what
   * it cannot take any more ends.
   *
   * @return whether none is left
   */
  boolean resubmit(TransportQueue queue, long nowNs) {
    while (first < end) {
      int count = isFusedPair() ? 2 : 1;
      int taken = submit(queue, count);
      if (taken == TransportQueue.FULL) {
        return false;
      }
      for (int i = 0; i < count; i++) {
        sent(taken, nowNs);
      }
    }
    return true;
  }

  private boolean isFusedPair() {
    return fuse(first) == Sqe.FUSE_FIRST && fuse(first + 1) == Sqe.FUSE_SECOND;
  }

  private int fuse(int index) {
    return index == end ? 0 : requests[index].fusedOpcode() & (Sqe.FUSE_FIRST | Sqe.FUSE_SECOND);
  }

  private int submit(TransportQueue queue, int count) {
    if (count == 2) {
      return queue.submitFused(requests[first], requests[first + 1]);
    }
    // Half of a fused operation means nothing without the other, which has ended.
    return fuse(first) != 0 ? TransportQueue.MISALIGNED : queue.submit(requests[first]);
  }

  private void sent(int taken, long nowNs) {
    NvmeRequest request = requests[first];
    requests[first++] = null;
    if (taken == TransportQueue.SUBMITTED) {
      request.submittedNs(nowNs);
    } else {
      int half = NvmeStatus.ABORTED_BY_HOST;
      int unfit = NvmeStatus.DATA_TRANSFER_ERROR | NvmeStatus.DNR;
      request.endTakenBack(request.fusedOpcode() > 0xff ? half : unfit);
    }
  }

  /** Ends those that their owners do not want any more; as {@link #end}. */
  void endUnwanted() {
    Thrown.again(endUnwanted(null));
  }

  private Throwable endUnwanted(Throwable before) {
    Throwable thrown = before;
    int i = first;
    while (i < end) {
      NvmeRequest request = requests[i];
      if (request.isWanted()) {
        i++;
        continue;
      }
      System.arraycopy(requests, i + 1, requests, i, --end - i);
      requests[end] = null;
      try {
        request.endTakenBack(NvmeStatus.ABORTED_BY_HOST);
      } catch (RuntimeException | Error e) {
        thrown = Thrown.first(thrown, e);
      }
    }
    return thrown;
  }

  /** Ends them all; an owner that throws keeps no other from being told. */
  void end(int status) {
    Throwable thrown = null;
    while (first < end) {
      NvmeRequest request = requests[first];
      requests[first++] = null;
      try {
        request.endTakenBack(status);
      } catch (RuntimeException | Error e) {
        thrown = Thrown.first(thrown, e);
      }
    }
    Thrown.again(thrown);
  }
}

package io.vireo.nvme;

import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.TransportQueue;

/**
 * Finds requests that are in flight for too long. Reactor thread only.
 *
 * <p>Requests carry the time of the last poll before they were submitted. The queue knows them in
 * the order of submission: those that are late come first, and until the oldest can be late nothing
 * is looked at. One comparison a poll.
 */
final class Timeouts {
  private static final int GAPS_OF_LIMIT = 8;

  private final IoQueuePair pair;
  private long limitNs; // 0: none
  private TimeoutListener listener;
  private long nowNs;
  private long checkedNs;
  private long nextCheckNs;

  Timeouts(IoQueuePair pair, long nowNs) {
    this.pair = pair;
    this.nowNs = nowNs;
  }

  void limit(long newLimitNs, TimeoutListener newListener) {
    limitNs = newLimitNs;
    listener = newListener;
    checkedNs = nowNs;
    nextCheckNs = nowNs;
  }

  /** The time of the last poll. */
  long nowNs() {
    return nowNs;
  }

  /**
   * It is later now; everything that ended until now was taken out.
   *
   * @param queue null: nothing is in flight
   */
  void advance(TransportQueue queue, long newNowNs) {
    long lastNs = nowNs;
    nowNs = newNowNs;
    if (limitNs == 0 || queue == null) {
      return;
    }
    if (newNowNs - lastNs > limitNs / GAPS_OF_LIMIT) {
      restamp(queue, lastNs);
    }
    if (newNowNs - nextCheckNs >= 0) {
      check(queue);
    }
  }

  /**
   * Tells somebody of all requests that are late, each once.
   *
   * @param queue null: nothing is in flight
   */
  void visit(TransportQueue queue, TimeoutListener visitor) {
    NvmeRequest r = queue == null ? null : queue.oldest();
    while (r != null && nowNs - r.submittedNs() >= limitNs) {
      visitor.late(pair, r, nowNs - r.submittedNs());
      r = queue.newerThan(r);
    }
  }

  /**
   * Nobody polled for long: when within that time a request came is unknown, so it came now. It is
   * told from those that will come after this poll: it comes so no more.
   */
  private void restamp(TransportQueue queue, long lastNs) {
    for (NvmeRequest r = queue.oldest(); r != null; r = queue.newerThan(r)) {
      if (r.submittedNs() == lastNs) {
        r.submittedNs(nowNs - 1);
      }
    }
  }

  private void check(TransportQueue queue) {
    long next = nowNs + limitNs;
    long lastCheckNs = checkedNs;
    checkedNs = nowNs;
    for (NvmeRequest r = queue.oldest(); r != null; r = queue.newerThan(r)) {
      long ageNs = nowNs - r.submittedNs();
      long limits = ageNs / limitNs;
      next = Math.min(next, r.submittedNs() + (limits + 1) * limitNs);
      if (limits == 0) {
        break; // those that follow are younger
      }
      if (limits > (lastCheckNs - r.submittedNs()) / limitNs) {
        listener.late(pair, r, ageNs);
      }
    }
    nextCheckNs = next;
  }
}

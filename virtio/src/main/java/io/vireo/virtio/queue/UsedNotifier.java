package io.vireo.virtio.queue;

import io.vireo.linux.EventFd;
import io.vireo.linux.Mem;

/**
 * Reactor thread only. Decides when the driver is interrupted for used entries (virtio 1.3, 2.7.7)
 * and signals the call eventfd, lazily: a fence and a look at the driver's side for each request
 * would cost more than the request.
 *
 * <p>After a publication the driver's wish is read without a fence. A yes is trusted, at worst the
 * interrupt is spurious. A no may be older than the publication, so the publication stays pending
 * until it was looked at behind a full fence: by the first idle lap, or, under load, after {@value
 * #SETTLE_BATCHES} publications or {@value #SETTLE_NS} ns. The index from which "passed" is counted
 * moves only with a signal or such a settled look, or an event in between would be lost.
 */
public final class UsedNotifier {
  /** Publications after which the pending ones are settled though laps stay busy. */
  static final int SETTLE_BATCHES = 16;

  /** Age at which a pending publication is settled, well below the 50 us that are promised. */
  static final long SETTLE_NS = 20_000;

  /**
   * Entries after which the pending ones are settled. With those of one more batch, which are as
   * many as a ring can have, they are just below where the indexes wrap and "passed" loses its
   * meaning.
   */
  private static final int SETTLE_ENTRIES = 0x8000;

  private final SplitQueue queue;
  private EventFd call;
  private int settled; // used index up to which nothing is owed to the driver
  private int batches; // looked at without a fence since then, in vain
  private long pendingSinceNs; // time of the first of them

  private long signals;

  /**
   * @param call null when the driver polls
   */
  public UsedNotifier(SplitQueue queue, EventFd call) {
    this.queue = queue;
    this.call = call;
    this.settled = queue.publishedUsed();
  }

  /** Looks at what was just published; once for each batch. */
  public void published(long nowNs) {
    if (queue.interruptWanted(settled)) {
      signal();
      return;
    }
    if (++batches == 1) {
      pendingSinceNs = nowNs;
    }
    if (batches >= SETTLE_BATCHES
        || nowNs - pendingSinceNs >= SETTLE_NS
        || RingIndex.distance(queue.publishedUsed(), settled) >= SETTLE_ENTRIES) {
      settle();
    }
  }

  /** Whether something was published that waits for a reliable look. */
  public boolean pending() {
    return queue.publishedUsed() != settled;
  }

  /** Whether something has waited for a reliable look too long to wait for an idle lap. */
  public boolean overdue(long nowNs) {
    return pending() && nowNs - pendingSinceNs >= SETTLE_NS;
  }

  /** The reliable look at whatever is pending. */
  public void settle() {
    if (!pending()) {
      return;
    }
    // The driver stores its wish, fences and looks at the used index; here it is the other way
    // round, so at least one of the two sees what the other stored.
    Mem.fullFence();
    if (queue.interruptWanted(settled)) {
      signal();
    } else {
      settled();
    }
  }

  /** Nothing is owed to the driver, whatever was published. */
  void settled() {
    settled = queue.publishedUsed();
    batches = 0;
  }

  /** Another call eventfd, or none. The new one is signalled: an interrupt may have been lost. */
  public void call(EventFd next) {
    call = next;
    signal();
  }

  /** Interrupts unasked. */
  public void signal() {
    settled();
    if (call != null) {
      call.signal();
      signals++;
    }
  }

  /** How many interrupts were sent. */
  public long signals() {
    return signals;
  }
}

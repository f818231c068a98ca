package io.vireo.virtio.queue;

import io.vireo.linux.EventFd;
import io.vireo.linux.Mem;
import io.vireo.virtio.Coalescing;

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
 *
 * <p>While interrupts are coalesced a publication can also be held: it stays pending, nobody looks
 * at the driver's side, and the looks above begin when its time has come. A queue with something
 * pending is polled on: its reactor neither parks it nor sleeps.
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
  private Coalescer coalescer; // null: nothing is held

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
    if (!held(nowNs) && queue.interruptWanted(settled)) {
      signal(nowNs);
      return;
    }
    if (++batches == 1) {
      pendingSinceNs = nowNs;
    }
    if (batches >= SETTLE_BATCHES
        || nowNs - pendingSinceNs >= SETTLE_NS
        || owed() >= SETTLE_ENTRIES) {
      settle(nowNs);
    }
  }

  private int owed() {
    return RingIndex.distance(queue.publishedUsed(), settled);
  }

  /** Whether it is too early for an interrupt; never where waiting would lose it. */
  private boolean held(long nowNs) {
    return coalescer != null && coalescer.holds(owed(), nowNs) && owed() < SETTLE_ENTRIES;
  }

  /** Whether something was published that waits for a reliable look. */
  public boolean pending() {
    return queue.publishedUsed() != settled;
  }

  /** Whether something has waited for a reliable look too long to wait for an idle lap. */
  public boolean overdue(long nowNs) {
    return pending() && nowNs - pendingSinceNs >= SETTLE_NS;
  }

  /** The reliable look at whatever is pending, unless it is held. */
  public void settle(long nowNs) {
    if (pending() && !held(nowNs) && wantedForSure()) {
      signal(nowNs);
    }
  }

  /** The reliable look at whatever is pending, be it held or not: there is no later. */
  public void settle() {
    if (pending() && wantedForSure()) {
      signal();
    }
  }

  /** If not, nothing is pending any more. */
  private boolean wantedForSure() {
    // The driver stores its wish, fences and looks at the used index; here it is the other way
    // round, so at least one of the two sees what the other stored.
    Mem.fullFence();
    boolean wanted = queue.interruptWanted(settled);
    if (!wanted) {
      settled();
    }
    return wanted;
  }

  /** Nothing is owed to the driver, whatever was published. */
  void settled() {
    if (coalescer != null) {
      coalescer.settled(owed());
    }
    settled = queue.publishedUsed();
    batches = 0;
  }

  /** Another call eventfd, or none. The new one is signalled: an interrupt may have been lost. */
  public void call(EventFd next) {
    call = next;
    signal();
  }

  /** From now on interrupts wait like this; what was held is looked at anew. */
  public void coalescing(Coalescing how, long nowNs) {
    coalescer = how.off() ? null : new Coalescer(how, nowNs);
  }

  private void signal(long nowNs) {
    signal();
    if (coalescer != null) {
      coalescer.signalled(nowNs);
    }
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

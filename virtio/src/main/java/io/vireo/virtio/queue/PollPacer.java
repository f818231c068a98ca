package io.vireo.virtio.queue;

/**
 * Reactor thread only. Lets a driver fill its ring in peace: an eager poller takes the ring's cache
 * lines away from the guest between any two of its stores.
 *
 * <p>Counted in time from the start of the lap that took requests, so a back-end that copies, or a
 * lap that is long for other reasons, has used the pause up already and is not slowed down. The
 * pause follows the load by itself: it is as long as the guest needs for as many requests as it got
 * back. How long that is, and whether waiting for it gains anything, depends on the guest and on
 * the distance of the cores, so {@link PaceSearch} measures it.
 */
public final class PollPacer {
  /** Longest pause that can be fixed: as long as the longest lap. */
  public static final int MAX_FIXED_NS = 50_000;

  private static final long BASE_NS = 50;
  private static final long PER_REQUEST_NS = 75;

  /** Longest pause at {@link PaceSearch#WHOLE}: 30 polls on the prototype's near cores. */
  static final long MAX_NS = 750;

  private final PaceSearch search;
  private final long fixedNs;

  private long tookNs;
  private long pauseNs = Long.MIN_VALUE; // none yet

  private PollPacer(PaceSearch search, long fixedNs) {
    this.search = search;
    this.fixedNs = fixedNs;
  }

  /** A pause that adapts to what it gains. */
  public static PollPacer adaptive() {
    return new PollPacer(new PaceSearch(), 0);
  }

  /** The same pause after each lap that took requests. */
  public static PollPacer fixed(long pauseNs) {
    return new PollPacer(null, pauseNs);
  }

  /** Whether the ring may be looked at in the lap that began at {@code lapNs}. */
  public boolean due(long lapNs) {
    long passedNs = lapNs - tookNs;
    return passedNs >= pauseNs
        || passedNs == 0; // a clock that stands still (a test's) paces nothing
  }

  /** {@code requests} were taken in the lap that began at {@code lapNs}. */
  public void took(int requests, long lapNs) {
    tookNs = lapNs;
    if (search == null) {
      pauseNs = fixedNs;
      return;
    }
    search.took(requests, lapNs);
    long wholeNs = Math.min(BASE_NS + PER_REQUEST_NS * requests, MAX_NS);
    pauseNs = wholeNs * search.factor() / PaceSearch.WHOLE;
  }
}

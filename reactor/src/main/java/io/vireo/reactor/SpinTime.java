package io.vireo.reactor;

/**
 * Reactor thread only. How long a reactor polls on after its last work before it sleeps.
 *
 * <p>As hypervisors do when a virtual CPU halts: a sleep that ends so soon that polling on would
 * have caught the work doubles the time, and one that does not sets it back. Without this a disk
 * that answers in 300 us, a little longer than the time to spin, sends its reactor to sleep for
 * each batch, and the driver's requests fall into step with that.
 */
final class SpinTime {
  /** Longest time, as a multiple of the first. */
  static final int MOST = 5;

  private final long firstNs;
  private long ns;

  SpinTime(long firstNs) {
    this.firstNs = firstNs;
    ns = firstNs;
  }

  /** Whether a reactor that has been idle for so long may sleep. */
  boolean over(long idleNs) {
    return idleNs >= ns;
  }

  /** Something has ended a sleep. */
  void slept(long sleptNs) {
    ns = sleptNs <= MOST * firstNs - ns ? Math.min(2 * ns, MOST * firstNs) : firstNs;
  }
}

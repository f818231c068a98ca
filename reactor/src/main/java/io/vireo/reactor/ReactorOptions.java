package io.vireo.reactor;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.util.Objects;

/**
 * How a reactor idles.
 *
 * @param idle what it does when there is nothing to do
 * @param spinBeforeSleepNs in {@link IdleMode#ADAPTIVE}: how long it polls on after the last work;
 *     up to five times as long while that saves it short sleeps
 * @param parkAfterNs how long a poller must have been idle to be parked
 * @param parkLookNs how often the descriptors of parked pollers are looked at while others work:
 *     the latency that parking may add to the first request after a pause
 * @param keepPolled this many pollers are left polled even when idle; parking fewer gains nothing,
 *     as polling an idle queue costs 1-4 ns a lap and a look at the descriptors some 500 ns
 */
public record ReactorOptions(
    IdleMode idle, long spinBeforeSleepNs, long parkAfterNs, long parkLookNs, int keepPolled) {

  /** Never sleeps. */
  public static final ReactorOptions POLL = withDefaults(IdleMode.POLL);

  /** Sleeps after 200 us without work, as long as a hypervisor's own halt polling. */
  public static final ReactorOptions ADAPTIVE = withDefaults(IdleMode.ADAPTIVE);

  public ReactorOptions {
    Objects.requireNonNull(idle, "idle");
    requireNotNegative("spinBeforeSleepNs", spinBeforeSleepNs);
    requireNotNegative("parkAfterNs", parkAfterNs);
    requireNotNegative("parkLookNs", parkLookNs);
    requireNotNegative("keepPolled", keepPolled);
  }

  /** The same with another time to spin before sleeping. */
  public ReactorOptions spinBeforeSleepNs(long ns) {
    return new ReactorOptions(idle, ns, parkAfterNs, parkLookNs, keepPolled);
  }

  /** The same with other rules for parking. */
  public ReactorOptions parking(long afterNs, long lookNs, int keep) {
    return new ReactorOptions(idle, spinBeforeSleepNs, afterNs, lookNs, keep);
  }

  private static ReactorOptions withDefaults(IdleMode idle) {
    return new ReactorOptions(
        idle, MICROSECONDS.toNanos(200), MILLISECONDS.toNanos(10), MICROSECONDS.toNanos(50), 4);
  }

  private static void requireNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " " + value + " is negative");
    }
  }
}

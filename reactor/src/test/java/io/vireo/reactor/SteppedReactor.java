package io.vireo.reactor;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * A reactor whose laps are run by hand on the thread that made it, with a clock that moves only
 * when told and a sleep that returns at once. Laps, parking and the sleep protocol are the real
 * code.
 */
public final class SteppedReactor implements AutoCloseable {
  private final SteppedWaiter waiter = new SteppedWaiter();
  private final ReactorListener listener;
  private final Reactor reactor;

  /** The real one, too, starts anywhere and may wrap. */
  private long nowNs = Long.MAX_VALUE - TimeUnit.MICROSECONDS.toNanos(1);

  /** In poll mode; a failing poller fails the lap. */
  public SteppedReactor() {
    this(ReactorOptions.POLL);
  }

  /** A failing poller fails the lap. */
  public SteppedReactor(ReactorOptions options) {
    this(options, new FirstFailure());
  }

  public SteppedReactor(ReactorOptions options, ReactorListener listener) {
    this.listener = listener;
    reactor = reactor(options, () -> nowNs);
  }

  /** In poll mode, with another clock: {@link #advance} does nothing. */
  public SteppedReactor(NanoClock clock) {
    listener = new FirstFailure();
    reactor = reactor(ReactorOptions.POLL, clock);
  }

  private Reactor reactor(ReactorOptions options, NanoClock clock) {
    return new Reactor(
        "stepped", 0, options, listener, clock, waiter, loop -> Thread.currentThread());
  }

  public Reactor reactor() {
    return reactor;
  }

  /** One lap, with its idling; how much was done. */
  public int lap() {
    int work = reactor.lap();
    if (listener instanceof FirstFailure first && first.failure != null) {
      throw first.failure;
    }
    return work;
  }

  public void laps(int count) {
    for (int i = 0; i < count; i++) {
      lap();
    }
  }

  /** Laps until one finds nothing to do; how much was done in all. */
  public int lapsUntilIdle() {
    int sum = 0;
    for (int laps = 0; laps < 1_000_000; laps++) {
      int work = lap();
      if (work == 0) {
        return sum;
      }
      sum += work;
    }
    throw new AssertionError("still busy after 1000000 laps");
  }

  /** Moves the clock on. */
  public void advance(long ns) {
    nowNs += ns;
  }

  /** As if {@code fd}, which is watched, had become readable. */
  public void fire(int fd) {
    waiter.fire(fd);
  }

  /** Runs {@code action} in each sleep, after the last look at everything, before it ends. */
  public void whileAsleep(Runnable action) {
    waiter.whileAsleep = action;
  }

  /** How long each sleep might have taken, in order; {@link Long#MAX_VALUE} is without a limit. */
  public List<Long> sleepsNs() {
    return List.copyOf(waiter.sleepsNs);
  }

  /** How often a message woke the sleeping reactor. */
  public int wakeUps() {
    return waiter.wakeUps;
  }

  /** The descriptors that are watched. */
  public List<Integer> watched() {
    return List.copyOf(waiter.watched);
  }

  @Override
  public void close() {
    reactor.close();
  }

  /** Remembers the first failure; an exception thrown from here would be contained. */
  private static final class FirstFailure implements ReactorListener {
    private AssertionError failure;

    @Override
    public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
      remember(poller + " failed", cause);
    }

    @Override
    public void memoryFault(Reactor reactor, InternalError error) {
      remember("memory fault", error);
    }

    private void remember(String what, Throwable cause) {
      if (failure == null) {
        failure = new AssertionError(what, cause);
      }
    }
  }
}

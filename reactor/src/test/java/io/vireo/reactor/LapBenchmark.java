package io.vireo.reactor;

import io.vireo.linux.EventFd;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A lap of a reactor in nanoseconds, its clock read included: with one poller that always has work,
 * and nobody, 255 idle pollers or 255 parked ones beside it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class LapBenchmark {
  private static final int OTHERS = 255;
  private static final ReactorOptions OPTIONS = ReactorOptions.POLL.parking(1_000_000, 20_000, 8);

  /** Who else is polled. */
  public enum Beside {
    NOBODY,
    IDLE,
    PARKED
  }

  @Param({"NOBODY", "IDLE", "PARKED"})
  public Beside beside;

  private final RecordingListener listener = new RecordingListener();
  private final List<EventFd> descriptors = new ArrayList<>();
  private final List<Poller> pollers = new ArrayList<>();
  private Reactor reactor;
  private long polls;

  @Setup
  public void addPollers() {
    reactor =
        new Reactor(
            "laps",
            0,
            OPTIONS,
            listener,
            SystemNanoClock.INSTANCE,
            EpollWaiter.create(),
            loop -> Thread.currentThread());
    add(this::busy);
    for (int i = 0; beside != Beside.NOBODY && i < OTHERS; i++) {
      Idle idle = new Idle();
      add(idle);
      if (beside == Beside.PARKED) {
        EventFd kick = EventFd.create();
        descriptors.add(kick);
        reactor.watch(kick.fd(), idle);
      }
    }
    int toPark = descriptors.isEmpty() ? 0 : OTHERS + 1 - OPTIONS.keepPolled();
    while (reactor.stats().parkedPollers() < toPark) {
      reactor.lap();
    }
  }

  private void add(Poller poller) {
    pollers.add(poller);
    reactor.add(poller);
  }

  private int busy() {
    polls++;
    return 1;
  }

  private static final class Idle implements Poller {
    @Override
    public int poll() {
      return 0;
    }

    @Override
    public boolean parkable() {
      return true;
    }
  }

  @Benchmark
  public int lap() {
    return reactor.lap();
  }

  @TearDown
  public void check() {
    if (polls != reactor.stats().laps() || !listener.failed.isEmpty()) {
      throw new AssertionError(polls + " polls in " + reactor.stats().laps() + " laps");
    }
    descriptors.forEach(kick -> reactor.unwatch(kick.fd()));
    pollers.forEach(reactor::remove);
    reactor.close();
    descriptors.forEach(EventFd::close);
  }
}

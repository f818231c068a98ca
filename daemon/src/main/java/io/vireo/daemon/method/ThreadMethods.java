package io.vireo.daemon.method;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.NoParameters;
import io.vireo.linux.Errno;
import io.vireo.reactor.CpuMask;
import io.vireo.reactor.PollReport;
import io.vireo.reactor.PollerStats;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import io.vireo.reactor.ReactorStats;
import io.vireo.reactor.TimerStats;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The field's threads: here each reactor has one, of its name, and numbered from 1 as they are.
 * Ticks are nanoseconds.
 */
public final class ThreadMethods {
  private final List<Reactor> reactors;
  private final BdevRegistry bdevs;

  private ThreadMethods(List<Reactor> reactors, BdevRegistry bdevs) {
    this.reactors = reactors;
    this.bdevs = bdevs;
  }

  public static List<Method<?>> all(ReactorGroup reactors, BdevRegistry bdevs) {
    ThreadMethods m = new ThreadMethods(reactors.reactors(), bdevs);
    return List.of(
        new Method<>("thread_get_io_channels", NoParameters.class, p -> m.each(m::channels)),
        new Method<>("thread_get_pollers", NoParameters.class, p -> m.each(m::pollers)),
        new Method<>("thread_get_stats", NoParameters.class, p -> m.each(m::stats)),
        new Method<>("thread_set_cpumask", SetCpuMask.class, m::setCpuMask));
  }

  private Map<String, Object> each(BiConsumer<Reactor, Map<String, Object>> report) {
    List<Map<String, Object>> threads = new ArrayList<>();
    for (Reactor reactor : reactors) {
      Map<String, Object> thread = new LinkedHashMap<>();
      thread.put("name", reactor.name());
      thread.put("id", threads.size() + 1);
      report.accept(reactor, thread);
      threads.add(thread);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("tick_rate", ReactorReport.TICKS_PER_SECOND);
    result.put("threads", threads);
    return result;
  }

  private void stats(Reactor reactor, Map<String, Object> thread) {
    ReactorStats stats = reactor.stats();
    PollReport polled = reactor.polled();
    long paused = polled.pollers().stream().filter(PollerStats::parked).count();
    thread.put("cpumask", ReactorReport.bareMask(reactor.cpu()));
    thread.put("busy", stats.busyNs());
    thread.put("idle", stats.idleNs());
    thread.put("in_interrupt", reactor.sleeps());
    thread.put("active_pollers_count", polled.pollers().size() - paused);
    thread.put("timed_pollers_count", polled.timers().size());
    thread.put("paused_pollers_count", paused);
  }

  private void pollers(Reactor reactor, Map<String, Object> thread) {
    PollReport polled = reactor.polled();
    List<Map<String, Object>> active = new ArrayList<>();
    List<Map<String, Object>> paused = new ArrayList<>();
    int id = 0;
    for (PollerStats poller : polled.pollers()) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", poller.name());
      map.put("id", ++id);
      map.put("state", poller.parked() ? "paused" : "waiting");
      map.put("run_count", poller.runs());
      map.put("busy_count", poller.busyRuns());
      (poller.parked() ? paused : active).add(map);
    }
    List<Map<String, Object>> timed = new ArrayList<>();
    for (TimerStats timer : polled.timers()) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", "timer");
      map.put("id", ++id);
      map.put("state", "waiting");
      map.put("run_count", timer.runs());
      map.put("busy_count", timer.runs());
      map.put("period_ticks", timer.periodNs());
      timed.add(map);
    }
    thread.put("active_pollers", active);
    thread.put("timed_pollers", timed);
    thread.put("paused_pollers", paused);
  }

  /** The bdevs that are served there, and for how many users each. */
  private void channels(Reactor reactor, Map<String, Object> thread) {
    List<Map<String, Object>> channels = new ArrayList<>();
    for (Bdev bdev : bdevs.all()) {
      int users = bdev.channelUsers(reactor);
      if (users > 0) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", bdev.name());
        map.put("ref", users);
        channels.add(map);
      }
    }
    thread.put("io_channels", channels);
  }

  /**
   * @param id a reactor's thread
   */
  record SetCpuMask(long id, String cpumask) {}

  /** A reactor is its CPU: its thread stays there, and a mask has to leave it there. */
  private Object setCpuMask(SetCpuMask p) {
    if (p.id < 1 || p.id > reactors.size()) {
      throw new BdevException(
          Errno.ENOENT, "there is no thread %d: they are 1 to %d".formatted(p.id, reactors.size()));
    }
    int cpu = reactors.get((int) p.id - 1).cpu();
    if (!CpuMask.parse(p.cpumask).get(cpu)) {
      throw BdevException.invalid(
          "thread %d is a reactor's and stays on CPU %d, which cpumask %s has not"
              .formatted(p.id, cpu, p.cpumask));
    }
    return true;
  }
}

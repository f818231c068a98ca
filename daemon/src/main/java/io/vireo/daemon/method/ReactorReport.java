package io.vireo.daemon.method;

import io.vireo.linux.CpuFacts;
import io.vireo.linux.CpuTimes;
import io.vireo.reactor.CpuMask;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorStats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Reactors as framework_get_reactors shows them, with the field's members in the field's order and
 * ours behind them. Ticks are nanoseconds. Each reactor has one thread, numbered from 1.
 *
 * <p>What a CPU's time went into (irq, sys, usr) counts all that ran there since the machine
 * started.
 */
final class ReactorReport {
  static final long TICKS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final CpuFacts CPUS = new CpuFacts(Path.of("/"));
  private static final long KHZ_PER_MHZ = 1000;

  private ReactorReport() {}

  static List<Map<String, Object>> all(List<Reactor> reactors) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Reactor reactor : reactors) {
      all.add(report(reactor, all.size() + 1));
    }
    return all;
  }

  private static Map<String, Object> report(Reactor reactor, int number) {
    ReactorStats stats = reactor.stats();
    CpuTimes times = CpuTimes.of(reactor.cpu());
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("lcore", reactor.cpu());
    map.put("numa_id", CPUS.node(reactor.cpu()).orElse(0));
    map.put("tid", reactor.tid());
    map.put("busy", stats.busyNs());
    map.put("idle", stats.idleNs());
    map.put("in_interrupt", reactor.sleeps());
    map.put("irq", times.irqNs());
    map.put("sys", times.systemNs());
    map.put("usr", times.userNs());
    CPUS.frequencyKhz(reactor.cpu()).ifPresent(khz -> map.put("core_freq", khz / KHZ_PER_MHZ));
    map.put("lw_threads", List.of(thread(reactor, stats, number)));
    map.put("laps", stats.laps());
    map.put("longest_lap", stats.longestLapNs());
    map.put("laps_above_100_us", stats.longLaps());
    map.put("sleeps", stats.sleeps());
    map.put("parked_pollers", stats.parkedPollers());
    map.put("memory_faults", stats.memoryFaults());
    return map;
  }

  private static Map<String, Object> thread(Reactor reactor, ReactorStats stats, int number) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", reactor.name());
    map.put("id", number);
    map.put("cpumask", bareMask(reactor.cpu()));
    map.put("elapsed", stats.busyNs() + stats.idleNs());
    return map;
  }

  /** Without the 0x that masks have elsewhere. */
  static String bareMask(int cpu) {
    BitSet cpus = new BitSet();
    cpus.set(cpu);
    return CpuMask.format(cpus).substring(2);
  }
}

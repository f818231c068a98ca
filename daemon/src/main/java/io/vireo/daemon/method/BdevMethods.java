package io.vireo.daemon.method;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.QueueDepthSampler;
import io.vireo.bdev.StatsReset;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.NoParameters;
import io.vireo.bdev.module.Optional;
import io.vireo.daemon.rpc.Listing;
import io.vireo.linux.Errno;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What is told of all bdevs, whatever module they are of. */
public final class BdevMethods {
  private static final long TICKS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final BdevRegistry bdevs;
  private final List<Reactor> reactors;
  private final QueueDepthSampler depths;

  private BdevMethods(BdevRegistry bdevs, ReactorGroup reactors, QueueDepthSampler depths) {
    this.bdevs = bdevs;
    this.reactors = reactors.reactors();
    this.depths = depths;
  }

  public static List<Method<?>> all(
      BdevRegistry bdevs, ReactorGroup reactors, QueueDepthSampler depths) {
    BdevMethods methods = new BdevMethods(bdevs, reactors, depths);
    return List.of(
        new Method<>("bdev_get_bdevs", GetBdevs.class, methods::getBdevs),
        new Method<>("bdev_get_iostat", GetIostat.class, methods::getIostat),
        new Method<>("bdev_reset_iostat", ResetIostat.class, methods::resetIostat),
        new Method<>("bdev_set_qd_sampling_period", SetPeriod.class, methods::setPeriod),
        new Method<>("bdev_examine", Examine.class, methods::examine),
        new Method<>("bdev_wait_for_examine", NoParameters.class, p -> true));
  }

  /**
   * @param name one bdev only, or its UUID
   * @param timeout how many milliseconds to wait for a bdev of that name
   */
  record GetBdevs(@Optional String name, @Optional long timeout) {}

  private Object getBdevs(GetBdevs p) {
    List<Bdev> wanted = p.name == null ? bdevs.all() : List.of(await(p.name, p.timeout));
    return Listing.of(wanted, BdevReport::of);
  }

  private Bdev await(String name, long timeoutMillis) {
    try {
      return bdevs.await(name, timeoutMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BdevException(
          Errno.ECANCELED, "the target ends, bdev %s did not come".formatted(name));
    }
  }

  /**
   * @param name as the field's older tools give one name
   * @param names all bdevs when absent
   * @param per_channel of one bdev, by the reactor that served it
   */
  record GetIostat(
      @Optional String name,
      @Optional List<String> names,
      @Optional boolean per_channel,
      @Optional("\"none\"") StatsReset reset_mode) {}

  private Object getIostat(GetIostat p) {
    if (p.name != null && p.names != null) {
      throw BdevException.invalid("name and names exclude each other");
    }
    List<String> names = p.name == null ? p.names : List.of(p.name);
    if (p.per_channel && (names == null || names.size() != 1)) {
      throw BdevException.invalid("per_channel needs exactly one name");
    }
    // All are looked up before any counter is set back: an unknown name changes nothing.
    List<Bdev> wanted = names == null ? bdevs.all() : names.stream().map(bdevs::require).toList();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("tick_rate", TICKS_PER_SECOND);
    map.put("ticks", System.nanoTime());
    if (p.per_channel) {
      map.put("name", wanted.getFirst().name());
      map.put("channels", channels(wanted.getFirst(), p.reset_mode));
    } else {
      map.put("bdevs", iostats(wanted, p.reset_mode));
    }
    return map;
  }

  /**
   * @param name all bdevs when absent
   */
  record ResetIostat(@Optional String name, @Optional("\"all\"") StatsReset mode) {}

  private Object resetIostat(ResetIostat p) {
    List<Bdev> wanted = p.name == null ? bdevs.all() : List.of(bdevs.require(p.name));
    wanted.forEach(bdev -> bdev.stats(p.mode));
    return true;
  }

  /**
   * @param period microseconds; 0 ends it
   */
  record SetPeriod(String name, long period) {}

  private Object setPeriod(SetPeriod p) {
    depths.sample(bdevs.require(p.name), p.period);
    return true;
  }

  /** Nothing lies on bdevs that would be found by looking at them, so nobody waits for that. */
  record Examine(String name) {}

  private Object examine(Examine p) {
    bdevs.require(p.name);
    return true;
  }

  private List<Map<String, Object>> iostats(List<Bdev> wanted, StatsReset reset) {
    Function<Bdev, Map<String, Object>> iostat = bdev -> iostat(bdev, reset);
    // A reset is done now, and once.
    return reset == StatsReset.NONE
        ? Listing.of(wanted, iostat)
        : wanted.stream().map(iostat).toList();
  }

  private Map<String, Object> iostat(Bdev bdev, StatsReset reset) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", bdev.name());
    StatsReport.put(map, bdev.stats(reset));
    depths.of(bdev).ifPresent(depth -> StatsReport.put(map, depth));
    return map;
  }

  /** Reactors are numbered as the field numbers its threads, from 1. */
  private List<Map<String, Object>> channels(Bdev bdev, StatsReset reset) {
    List<Map<String, Object>> channels = new ArrayList<>();
    bdev.statsByReactor(reset)
        .forEach(
            (reactor, stats) -> {
              Map<String, Object> map = new LinkedHashMap<>();
              map.put("thread_id", reactors.indexOf(reactor) + 1);
              StatsReport.put(map, stats);
              channels.add(map);
            });
    return channels;
  }
}

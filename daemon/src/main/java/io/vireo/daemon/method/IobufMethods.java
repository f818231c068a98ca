package io.vireo.daemon.method;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.iobuf.Iobuf;
import io.vireo.bdev.iobuf.IobufOptions;
import io.vireo.bdev.iobuf.IobufStats;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.NoParameters;
import io.vireo.bdev.module.Optional;
import io.vireo.bdev.module.Phase;
import io.vireo.daemon.config.Subsystem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The buffers that data go through where a device cannot take them as they lie: how many, how
 * large, and how often they were lent. Where nobody sets them each module has what suits it; who
 * sets one thing gets the field's defaults for the others. Any control thread.
 */
public final class IobufMethods {
  private static final String SET = "iobuf_set_options";
  private static final long PAGE_BYTES = 4096;
  private static final long LEAST_SMALL = 64;
  private static final long LEAST_LARGE = 8;
  private static final long LEAST_SMALL_BYTES = 4096;
  private static final long LEAST_LARGE_BYTES = 8192;

  /** So much lies in one piece for a device that no IOMMU serves. */
  private static final long MOST_BYTES = 2 << 20;

  private static final long MOST_TOGETHER_BYTES = 8L << 30;

  /** The field's. */
  private static final SetOptions USUAL = new SetOptions(8192L, 1024L, 8192L, 135_168L, false);

  private final Iobuf iobuf;
  private SetOptions now; // guarded by this; null: never set

  public IobufMethods(Iobuf iobuf) {
    this.iobuf = iobuf;
  }

  public List<Method<?>> all() {
    return List.of(
        new Method<>(SET, SetOptions.class, this::set).during(Phase.STARTUP),
        new Method<>("iobuf_get_stats", NoParameters.class, p -> stats()));
  }

  /** The setting, as a part of a configuration. */
  public Subsystem subsystem() {
    return new Subsystem("iobuf", List.of(), this::configuration);
  }

  /** The call that would set the same again, if any was made. */
  private synchronized List<ConfigEntry> configuration() {
    return now == null ? List.of() : List.of(new ConfigEntry(SET, now));
  }

  /**
   * What is absent stays as it is, or is the field's default.
   *
   * @param small_pool_count small buffers for all reactors together
   * @param large_pool_count large ones
   * @param small_bufsize bytes of a small one, rounded up to whole pages
   * @param large_bufsize bytes of a large one
   * @param enable_numa pools of each node; there are none: a reactor's own lie on its node
   */
  record SetOptions(
      @Optional Long small_pool_count,
      @Optional Long large_pool_count,
      @Optional Long small_bufsize,
      @Optional Long large_bufsize,
      @Optional @Later boolean enable_numa) {

    SetOptions after(SetOptions before) {
      return new SetOptions(
          BdevSettings.either(small_pool_count, before.small_pool_count),
          BdevSettings.either(large_pool_count, before.large_pool_count),
          BdevSettings.either(small_bufsize, before.small_bufsize),
          BdevSettings.either(large_bufsize, before.large_bufsize),
          enable_numa);
    }
  }

  private synchronized Object set(SetOptions p) {
    SetOptions next = p.after(now == null ? USUAL : now);
    iobuf.set(checked(next));
    now = next;
    return true;
  }

  private static IobufOptions checked(SetOptions p) {
    int small = within("small_bufsize", p.small_bufsize, LEAST_SMALL_BYTES, MOST_BYTES);
    int large = within("large_bufsize", p.large_bufsize, LEAST_LARGE_BYTES, MOST_BYTES);
    IobufOptions options =
        new IobufOptions(
            within("small_pool_count", p.small_pool_count, LEAST_SMALL, Integer.MAX_VALUE),
            wholePages(small),
            within("large_pool_count", p.large_pool_count, LEAST_LARGE, Integer.MAX_VALUE),
            wholePages(large));
    if (options.largeBytes() <= options.smallBytes()) {
      throw BdevException.invalid(
          "large_bufsize %d is not more than small_bufsize %d, in whole pages of %d bytes"
              .formatted(large, small, PAGE_BYTES));
    }
    if (options.totalBytes() > MOST_TOGETHER_BYTES) {
      throw BdevException.invalid(
          "small_pool_count %d and large_pool_count %d make %d bytes of buffers, more than %d"
              .formatted(
                  options.smallCount(),
                  options.largeCount(),
                  options.totalBytes(),
                  MOST_TOGETHER_BYTES));
    }
    return options;
  }

  private static int within(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw BdevException.invalid(
          "%s %d is not between %d and %d".formatted(name, value, least, most));
    }
    return (int) value;
  }

  private static int wholePages(int bytes) {
    return (int) (Math.ceilDiv((long) bytes, PAGE_BYTES) * PAGE_BYTES);
  }

  private List<Map<String, Object>> stats() {
    List<Map<String, Object>> modules = new ArrayList<>();
    iobuf
        .stats()
        .forEach(
            (module, stats) -> {
              Map<String, Object> map = new LinkedHashMap<>();
              map.put("module", module);
              map.put("small_pool", pool(stats.small()));
              map.put("large_pool", pool(stats.large()));
              modules.add(map);
            });
    return modules;
  }

  private static Map<String, Object> pool(IobufStats.Pool pool) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("cache", pool.cache());
    map.put("main", pool.main());
    map.put("retry", pool.retry());
    return map;
  }
}

package io.vireo.daemon.method;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Optional;
import io.vireo.bdev.module.Phase;
import java.util.List;

/**
 * What the field's targets size their pools by, before anything is made. Nothing here shares such
 * pools: each queue has its own requests. The values are checked, kept and saved, for tools send
 * them and compare what they read back. Any control thread.
 */
public final class BdevSettings {
  private static final String SET = "bdev_set_options";
  private static final long MAX_UINT32 = 0xffff_ffffL;

  /** The field's, for what was never set. */
  private static final long USUAL_POOL = 65_535;

  private static final long USUAL_CACHE = 256;

  private final int threads;
  private SetOptions now; // guarded by this; null: never set

  /**
   * @param threads that serve requests
   */
  public BdevSettings(int threads) {
    this.threads = threads;
  }

  /** Its methods. */
  public List<Method<?>> all() {
    return List.of(new Method<>(SET, SetOptions.class, this::set).during(Phase.STARTUP));
  }

  /** The call that would set the same again, if any was made. */
  public synchronized List<ConfigEntry> configuration() {
    return now == null ? List.of() : List.of(new ConfigEntry(SET, now));
  }

  /**
   * What is absent stays as it is.
   *
   * @param bdev_io_pool_size requests for all threads
   * @param bdev_io_cache_size of these, for each thread
   * @param bdev_auto_examine has nothing to act on: no bdev is examined
   * @param iobuf_small_cache_size buffers for each thread
   * @param iobuf_large_cache_size buffers for each thread
   */
  record SetOptions(
      @Optional Long bdev_io_pool_size,
      @Optional Long bdev_io_cache_size,
      @Optional Boolean bdev_auto_examine,
      @Optional Long iobuf_small_cache_size,
      @Optional Long iobuf_large_cache_size) {

    SetOptions after(SetOptions before) {
      return new SetOptions(
          either(bdev_io_pool_size, before.bdev_io_pool_size),
          either(bdev_io_cache_size, before.bdev_io_cache_size),
          either(bdev_auto_examine, before.bdev_auto_examine),
          either(iobuf_small_cache_size, before.iobuf_small_cache_size),
          either(iobuf_large_cache_size, before.iobuf_large_cache_size));
    }
  }

  /** What a call tells, or else what was there before it. */
  static <T> T either(T next, T before) {
    return next == null ? before : next;
  }

  private synchronized Object set(SetOptions p) {
    SetOptions next = now == null ? p : p.after(now);
    requireUint32("bdev_io_pool_size", next.bdev_io_pool_size);
    requireUint32("bdev_io_cache_size", next.bdev_io_cache_size);
    requireUint32("iobuf_small_cache_size", next.iobuf_small_cache_size);
    requireUint32("iobuf_large_cache_size", next.iobuf_large_cache_size);
    requireRoomForCaches(
        either(next.bdev_io_pool_size, USUAL_POOL), either(next.bdev_io_cache_size, USUAL_CACHE));
    now = next;
    return true;
  }

  private static void requireUint32(String name, Long value) {
    if (value != null && value > MAX_UINT32) {
      throw BdevException.invalid("%s %d is more than %d".formatted(name, value, MAX_UINT32));
    }
  }

  private void requireRoomForCaches(long pool, long cache) {
    if (pool < cache * (threads + 1)) {
      throw BdevException.invalid(
          "bdev_io_pool_size %d is less than %d times bdev_io_cache_size %d"
              .formatted(pool, threads + 1, cache));
    }
  }
}

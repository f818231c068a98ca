package io.vireo.daemon.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * The parts of the program that can be told to log in detail. A part's lines are those of its
 * packages; that of {@code bdev} includes all kinds of bdevs. Any thread.
 */
public final class LogFlags {
  /** All of them. */
  private static final String ALL = "all";

  private static final String ROOT = "io.vireo.";
  private static final Map<String, String> PACKAGES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("linux", "linux"),
              Map.entry("memreg", "memreg"),
              Map.entry("reactor", "reactor"),
              Map.entry("nvme", "nvme"),
              Map.entry("bdev", "bdev"),
              Map.entry("bdev_malloc", "bdev.malloc"),
              Map.entry("bdev_null", "bdev.nulldev"),
              Map.entry("bdev_nvme", "bdev.nvme"),
              Map.entry("bdev_uring", "bdev.uring"),
              Map.entry("virtio", "virtio"),
              Map.entry("vhost", "vhost"),
              Map.entry("rpc", "daemon.rpc")));

  private LogFlags() {}

  /**
   * Sets or clears a flag.
   *
   * @param flag one of {@link #all}, or {@code all}
   * @throws IllegalArgumentException with one sentence when there is no such flag
   */
  public static void set(String flag, boolean on) {
    if (flag.equals(ALL)) {
      PACKAGES.values().forEach(name -> set(logger(name), on));
    } else if (PACKAGES.containsKey(flag)) {
      set(logger(PACKAGES.get(flag)), on);
    } else {
      throw new IllegalArgumentException(
          "there is no log flag '%s': there are %s, all"
              .formatted(flag, String.join(", ", PACKAGES.keySet())));
    }
  }

  private static void set(Logger logger, boolean on) {
    logger.setLevel(on ? Level.TRACE : null); // null: as the package above it
  }

  /** Each flag, and whether it is set. */
  public static SequencedMap<String, Boolean> all() {
    SequencedMap<String, Boolean> flags = new TreeMap<>();
    PACKAGES.forEach((flag, name) -> flags.put(flag, logger(name).getLevel() == Level.TRACE));
    return flags;
  }

  private static Logger logger(String name) {
    return Logging.context().getLogger(ROOT + name);
  }
}

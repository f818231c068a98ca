package io.vireo.daemon.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.vireo.bdev.module.BdevModule;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * The parts of the program that can be told to log in detail. A part's lines are those of its
 * packages; that of {@code bdev} includes all kinds of bdevs that are part of the program. Each
 * bdev module has a flag too, {@code bdev_} and its name; those of modules in one package go
 * together. Any thread.
 */
public final class LogFlags {
  /** All of them. */
  private static final String ALL = "all";

  private static final String ROOT = "io.vireo.";
  private static final List<String> ROOMS =
      List.of("linux", "memreg", "reactor", "nvme", "bdev", "virtio", "vhost");

  private final Map<String, String> packages = new TreeMap<>();

  /** The flags of a program that has these modules. */
  public LogFlags(List<BdevModule> modules) {
    ROOMS.forEach(room -> packages.put(room, ROOT + room));
    packages.put("rpc", ROOT + "daemon.rpc");
    modules.forEach(
        module -> packages.put("bdev_" + module.name(), module.getClass().getPackageName()));
  }

  /**
   * Sets or clears a flag.
   *
   * @param flag one of {@link #all}, or {@code all}
   * @throws IllegalArgumentException with one sentence when there is no such flag
   */
  public void set(String flag, boolean on) {
    if (flag.equals(ALL)) {
      packages.values().forEach(name -> set(logger(name), on));
    } else if (packages.containsKey(flag)) {
      set(logger(packages.get(flag)), on);
    } else {
      throw new IllegalArgumentException(
          "there is no log flag '%s': there are %s, all"
              .formatted(flag, String.join(", ", packages.keySet())));
    }
  }

  private static void set(Logger logger, boolean on) {
    logger.setLevel(on ? Level.TRACE : null); // null: as the package above it
  }

  /** Each flag, and whether it is set. */
  public SequencedMap<String, Boolean> all() {
    SequencedMap<String, Boolean> flags = new TreeMap<>();
    packages.forEach((flag, name) -> flags.put(flag, logger(name).getLevel() == Level.TRACE));
    return flags;
  }

  private static Logger logger(String name) {
    return Logging.context().getLogger(name);
  }
}

package io.vireo.daemon.config;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The bdevs of all modules. One may stand on another's: they come back in the order they came. */
public final class BdevSubsystem {
  public static final String NAME = "bdev";

  private BdevSubsystem() {}

  /**
   * Of these modules.
   *
   * @param dependsOn what is set before bdevs are
   * @param first what all of them stand on
   */
  public static Subsystem of(
      List<String> dependsOn,
      Supplier<List<ConfigEntry>> first,
      List<BdevModule> modules,
      BdevContext context) {
    return new Subsystem(
        NAME,
        dependsOn,
        () -> Stream.concat(first.get().stream(), entries(modules, context).stream()).toList());
  }

  private static List<ConfigEntry> entries(List<BdevModule> modules, BdevContext context) {
    List<String> oldestFirst = context.bdevs().all().stream().map(Bdev::name).toList();
    return ordered(
        modules.stream().map(module -> module.configuration(context)).toList(), oldestFirst);
  }

  /**
   * By the age of the bdevs that they are about. A call about none follows those that its module
   * tells before it; with none before, it is among the first.
   */
  static List<ConfigEntry> ordered(List<List<ConfigEntry>> ofModules, List<String> oldestFirst) {
    Map<String, Integer> ages = new HashMap<>();
    oldestFirst.forEach(name -> ages.put(name, ages.size()));
    List<Aged> all = new ArrayList<>();
    for (List<ConfigEntry> entries : ofModules) {
      int latest = -1;
      for (ConfigEntry entry : entries) {
        int age = entry.bdev() == null ? latest : ages.getOrDefault(entry.bdev(), ages.size());
        latest = Math.max(latest, age);
        all.add(new Aged(entry, age));
      }
    }
    all.sort(Comparator.comparingInt(Aged::age)); // stable
    return all.stream().map(Aged::entry).toList();
  }

  private record Aged(ConfigEntry entry, int age) {}
}

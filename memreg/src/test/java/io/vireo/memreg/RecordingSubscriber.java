package io.vireo.memreg;

import io.vireo.memreg.MemoryRegistry.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Keeps what it was told, and fails at once when that contradicts itself. */
final class RecordingSubscriber implements MemorySubscriber {
  final List<String> log;
  private final String name;
  private final TreeMap<Long, Region> known = new TreeMap<>();
  private Predicate<Region> refuses = r -> false;

  RecordingSubscriber(String name, List<String> log) {
    this.name = name;
    this.log = log;
  }

  RecordingSubscriber() {
    this("", new ArrayList<>());
  }

  RecordingSubscriber refusing(Predicate<Region> which) {
    refuses = which;
    return this;
  }

  List<Region> known() {
    return List.copyOf(known.values());
  }

  @Override
  public void registered(long hva, long bytes) {
    Region region = new Region(hva, bytes);
    if (refuses.test(region)) {
      log.add(name + "!" + Long.toHexString(hva));
      throw new IllegalStateException(name + " refuses " + Long.toHexString(hva));
    }
    log.add(name + "+" + Long.toHexString(hva));
    if (known.put(hva, region) != null) {
      throw new AssertionError("told twice about 0x" + Long.toHexString(hva));
    }
  }

  @Override
  public void unregistered(long hva, long bytes) {
    log.add(name + "-" + Long.toHexString(hva));
    if (!known.remove(hva, new Region(hva, bytes))) {
      throw new AssertionError("never told about 0x" + Long.toHexString(hva));
    }
  }
}

package io.vireo.bdev.iobuf;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The buffers of one target: how large modules make their pools, and what these tell. Any thread.
 */
public final class Iobuf {
  private final int reactors;
  private final Map<String, Supplier<IobufStats>> users = new TreeMap<>(); // guarded by itself
  private volatile IobufOptions options; // null: never set

  /**
   * @param reactors that serve requests
   */
  public Iobuf(int reactors) {
    this.reactors = reactors;
  }

  public int reactors() {
    return reactors;
  }

  /** What an operator has set for all reactors together; nothing: modules have their own sizes. */
  public Optional<IobufOptions> options() {
    return Optional.ofNullable(options);
  }

  /** For pools that are made from now on. */
  public void set(IobufOptions next) {
    options = next;
  }

  /**
   * A reactor's share, for modules whose reactors have a pool each.
   *
   * @param usual each reactor's where nothing was set
   */
  public IobufOptions ofReactor(IobufOptions usual) {
    return options().map(all -> all.dividedBy(reactors)).orElse(usual);
  }

  /** A module that lends buffers, as the statistics call it. */
  public void add(String module, Supplier<IobufStats> stats) {
    synchronized (users) {
      users.put(module, stats);
    }
  }

  /** What each module's buffers were asked for, by name. */
  public Map<String, IobufStats> stats() {
    Map<String, IobufStats> all = new LinkedHashMap<>();
    synchronized (users) {
      users.forEach((module, stats) -> all.put(module, stats.get()));
    }
    return all;
  }
}

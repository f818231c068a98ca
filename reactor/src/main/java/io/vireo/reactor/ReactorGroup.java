package io.vireo.reactor;

import io.vireo.linux.Cpu;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The reactors of a target, one on each CPU of a mask, and the placement of work on them. Any
 * thread.
 */
public final class ReactorGroup implements AutoCloseable {
  private final BitSet cpus;
  private final List<Reactor> reactors;

  /** How many placements the reactor at the same index has. */
  private final int[] placed;

  /**
   * Starts a reactor on each CPU.
   *
   * @throws IllegalArgumentException with a sentence when a CPU does not exist or is not allowed
   */
  public ReactorGroup(BitSet cpus, ReactorOptions options, ReactorListener listener) {
    requireAllowed(cpus, Cpu.allowed());
    this.cpus = (BitSet) cpus.clone();
    List<Reactor> started = new ArrayList<>();
    try {
      cpus.stream()
          .forEach(cpu -> started.add(Reactor.start("reactor-" + cpu, cpu, options, listener)));
    } catch (Throwable t) {
      started.forEach(Reactor::close);
      throw t;
    }
    reactors = List.copyOf(started);
    placed = new int[reactors.size()];
  }

  /** All reactors, by CPU. */
  public List<Reactor> reactors() {
    return reactors;
  }

  /** The CPUs that have a reactor. */
  public BitSet cpus() {
    return (BitSet) cpus.clone();
  }

  /**
   * The reactor with the fewest placements among those that {@code mask} names, the first of
   * equals; counted until {@link #release}. CPUs of the mask that have no reactor do not matter.
   *
   * @throws IllegalArgumentException with a sentence when none has one
   */
  public synchronized Reactor place(BitSet mask) {
    int best = -1;
    for (int i = 0; i < placed.length; i++) {
      if (mask.get(reactors.get(i).cpu()) && (best < 0 || placed[i] < placed[best])) {
        best = i;
      }
    }
    if (best < 0) {
      throw new IllegalArgumentException(
          "CPU mask %s has none of the CPUs with a reactor, %s"
              .formatted(CpuMask.format(mask), CpuMask.format(cpus)));
    }
    placed[best]++;
    return reactors.get(best);
  }

  /** Ends one placement. */
  public synchronized void release(Reactor reactor) {
    int index = reactors.indexOf(reactor);
    if (index < 0 || placed[index] == 0) {
      throw new IllegalStateException("nothing is placed on " + reactor.name());
    }
    placed[index]--;
  }

  /** Closes all reactors. */
  @Override
  public void close() {
    reactors.forEach(Reactor::close);
  }

  static void requireAllowed(BitSet wanted, BitSet allowed) {
    BitSet missing = (BitSet) wanted.clone();
    missing.andNot(allowed);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "CPU %d does not exist or is not allowed here; allowed are %s"
              .formatted(missing.nextSetBit(0), CpuMask.formatList(allowed)));
    }
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException("a reactor group needs at least one CPU");
    }
  }
}

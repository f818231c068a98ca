package io.vireo.vhost;

import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * On which reactors the queues of one session run. Session's thread only.
 *
 * <p>{@link Spread#TOGETHER}: all on the least loaded one. Many guests on few cores are served best
 * so: a guest's memory, its bdev's channel and an io_uring batch stay with one core.
 *
 * <p>{@link Spread#EVENLY}: over all of them, so that one guest can use several cores. As many on
 * each as on any other, whatever other guests have there, for the queues of a guest carry about the
 * same load.
 */
final class Placement {
  /** How the queues of a session share the reactors of its controller. */
  enum Spread {
    TOGETHER,
    EVENLY
  }

  private final ReactorGroup reactors;
  private final BitSet cpus;
  private final Spread spread;

  /** One entry for each queue. */
  private final List<Reactor> placed = new ArrayList<>();

  /**
   * @param cpuMask at least one of these CPUs has a reactor
   */
  Placement(ReactorGroup reactors, BitSet cpuMask, Spread spread) {
    this.reactors = reactors;
    this.spread = spread;
    cpus = (BitSet) cpuMask.clone();
    cpus.and(reactors.cpus());
  }

  /** The reactor of one more queue, until {@link #release}. */
  Reactor place() {
    Reactor reactor = reactors.place(candidates());
    placed.add(reactor);
    return reactor;
  }

  /** A queue has left its reactor. */
  void release(Reactor reactor) {
    placed.remove(reactor);
    reactors.release(reactor);
  }

  private BitSet candidates() {
    BitSet candidates = new BitSet();
    if (spread == Spread.TOGETHER && !placed.isEmpty()) {
      candidates.set(placed.getFirst().cpu());
      return candidates;
    }
    int fewest = cpus.stream().map(this::queuesOn).min().orElseThrow();
    cpus.stream().filter(cpu -> queuesOn(cpu) == fewest).forEach(candidates::set);
    return candidates;
  }

  private int queuesOn(int cpu) {
    return (int) placed.stream().filter(reactor -> reactor.cpu() == cpu).count();
  }
}

package io.vireo.daemon.perf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Two disks sampled in turn, A/B/A/B, with the distance of the CPUs before and after each sample.
 * Only pairs all of whose samples were taken with near cores are compared: between near and far the
 * rate of one and the same program changes by a factor of three.
 */
final class Comparison {
  /** A round trip below this is one between near cores. */
  static final double NEAR_NS = 150;

  /** Pairs that are taken for each pair that is wanted, when cores stay far. */
  private static final int ATTEMPTS = 4;

  /**
   * A sample and the round trips around it.
   *
   * @param beforeNs round trip before it
   * @param afterNs round trip after it
   */
  record Probed(double beforeNs, Sample sample, double afterNs) {
    boolean near() {
      return beforeNs < NEAR_NS && afterNs < NEAR_NS;
    }
  }

  /** One sample of each. */
  record Pair(Probed a, Probed b) {
    boolean near() {
      return a.near() && b.near();
    }

    double ratio() {
      return a.sample.iops() / b.sample.iops();
    }
  }

  private final Load a;
  private final Load b;
  private final int otherCpu;
  private final long uncountedNs;
  private final long countedNs;

  /**
   * @param otherCpu where both targets poll, which must be idle when nothing is in flight
   * @param uncountedNs of each sample, for both to warm up
   */
  Comparison(Load a, Load b, int otherCpu, long uncountedNs, long countedNs) {
    this.a = a;
    this.b = b;
    this.otherCpu = otherCpu;
    this.uncountedNs = uncountedNs;
    this.countedNs = countedNs;
  }

  /**
   * Takes pairs until enough of them are near, or four times as many were taken. The calling thread
   * is pinned.
   */
  List<Pair> run(int nearPairs, Consumer<Pair> listener) throws IOException {
    List<Pair> pairs = new ArrayList<>();
    int near = 0;
    double distance = CoreProbe.roundTripNs(otherCpu);
    while (near < nearPairs && pairs.size() < ATTEMPTS * nearPairs) {
      Probed first = sample(a, distance);
      Probed second = sample(b, first.afterNs);
      distance = second.afterNs;
      Pair pair = new Pair(first, second);
      pairs.add(pair);
      listener.accept(pair);
      near += pair.near() ? 1 : 0;
    }
    return pairs;
  }

  private Probed sample(Load load, double before) throws IOException {
    Sample sample = load.measure(uncountedNs, countedNs);
    return new Probed(before, sample, CoreProbe.roundTripNs(otherCpu));
  }
}

package io.vireo.daemon.perf;

import io.vireo.daemon.perf.Pair.Probed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a disk loses by the others that its target serves: it is measured alone, when nobody else is
 * connected, and beside them, in turn, all by one generator. The distance of the CPUs is taken
 * around each sample as in a {@link Comparison}; the others are connected anew for each round.
 */
final class Company {
  /**
   * One sample alone, one beside the others.
   *
   * @param others what these did meanwhile, in their order
   */
  record Round(Probed alone, Probed beside, List<Sample> others) {
    boolean near() {
      return alone.near() && beside.near();
    }

    /** What is left of the rate. */
    double kept() {
      return beside.sample().iops() / alone.sample().iops();
    }
  }

  private final Path socket;
  private final PerfOptions options;
  private final List<Neighbour> neighbours;
  private final long thinkNs;
  private final int otherCpu;

  /**
   * @param socket the measured disk's
   * @param thinkNs of each slot of all disks
   * @param otherCpu where the target polls
   */
  Company(
      Path socket, PerfOptions options, List<Neighbour> neighbours, long thinkNs, int otherCpu) {
    this.socket = socket;
    this.options = options;
    this.neighbours = neighbours;
    this.thinkNs = thinkNs;
    this.otherCpu = otherCpu;
  }

  /**
   * Takes so many rounds. The calling thread is pinned.
   *
   * @param uncountedNs of each sample, to warm up
   */
  CompanyReport run(int rounds, long uncountedNs, long countedNs, Consumer<Round> listener)
      throws IOException {
    List<Round> all = new ArrayList<>();
    try (Load measured = load(socket, options)) {
      connectOthers()
          .forEach(Load::close); // who cannot be there is told before anything is measured
      for (int i = 0; i < rounds; i++) {
        Round round = round(measured, uncountedNs, countedNs);
        all.add(round);
        listener.accept(round);
      }
    }
    return new CompanyReport(all, socket.toString(), neighbours, options);
  }

  private Round round(Load measured, long uncountedNs, long countedNs) throws IOException {
    double before = CoreProbe.roundTripNs(otherCpu);
    Sample alone = measured.measure(options, uncountedNs, countedNs);
    double between = CoreProbe.roundTripNs(otherCpu);
    List<Load> others = connectOthers();
    try {
      List<Load> all = new ArrayList<>(others);
      all.addFirst(measured);
      List<Sample> samples = new LoadGroup(all).measure(uncountedNs, countedNs);
      double after = CoreProbe.roundTripNs(otherCpu);
      return new Round(
          new Probed(before, alone, between),
          new Probed(between, samples.getFirst(), after),
          samples.subList(1, samples.size()));
    } finally {
      others.forEach(Load::close);
    }
  }

  private List<Load> connectOthers() throws IOException {
    List<Load> others = new ArrayList<>();
    try {
      for (Neighbour neighbour : neighbours) {
        others.add(load(neighbour.socket(), neighbour.options(options)));
      }
      return others;
    } catch (IOException | RuntimeException e) {
      others.forEach(Load::close);
      throw e;
    }
  }

  private Load load(Path of, PerfOptions what) throws IOException {
    Load load = Load.on(SocketDisk.connect(of), new Plan(List.of(what)));
    load.think(thinkNs);
    return load;
  }
}

package io.vireo.daemon.perf;

import io.vireo.daemon.perf.Company.Round;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What a disk keeps of its rate beside others, as a table and as JSON with every sample. Rounds
 * that were taken between far cores are left out, unless all were.
 */
final class CompanyReport {
  private final List<Round> rounds;
  private final List<Round> counted;
  private final String name;
  private final List<Neighbour> neighbours;
  private final PerfOptions options;

  CompanyReport(List<Round> rounds, String name, List<Neighbour> neighbours, PerfOptions options) {
    this.rounds = rounds;
    List<Round> near = rounds.stream().filter(Round::near).toList();
    counted = near.isEmpty() ? rounds : near;
    this.name = name;
    this.neighbours = neighbours;
    this.options = options;
  }

  static void printRound(PrintWriter out, Round round) {
    out.printf(
        Locale.ROOT,
        "%10.0f alone %10.0f beside  %5.1f %%  round trips %3.0f %3.0f %3.0f ns  %s%n",
        round.alone().sample().iops(),
        round.beside().sample().iops(),
        100 * round.kept(),
        round.alone().beforeNs(),
        round.alone().afterNs(),
        round.beside().afterNs(),
        round.near() ? "near" : "far");
    out.flush();
  }

  void print(PrintWriter out) {
    SampleReport.printHead(out);
    SampleReport.printLine(out, name + " alone", together(r -> r.alone().sample()));
    Sample beside = together(r -> r.beside().sample());
    SampleReport.printLine(out, name + " beside", beside);
    int idle = 0;
    for (int i = 0; i < neighbours.size(); i++) {
      if (options(i).depth() == 0) {
        idle++;
      } else {
        SampleReport.printLine(out, neighbours.get(i).socket().toString(), other(i));
      }
    }
    SampleReport.printFoot(out);
    out.printf(
        Locale.ROOT,
        "%d of %d rounds counted, %d idle neighbours, one lap of the generator took %.2f us%n"
            + "beside its neighbours the disk keeps %.1f %% (median)%n",
        counted.size(),
        rounds.size(),
        idle,
        beside.lapNs() / 1000,
        100 * kept());
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rounds", rounds.size());
    json.put("counted_rounds", counted.size());
    json.put("near", counted.stream().allMatch(Round::near));
    json.put("kept", kept());
    json.put("alone", SampleReport.json(together(r -> r.alone().sample())));
    json.put("beside", SampleReport.json(together(r -> r.beside().sample())));
    List<Object> others = new ArrayList<>();
    for (int i = 0; i < neighbours.size(); i++) {
      others.add(neighbour(i));
    }
    json.put("neighbours", others);
    json.put("samples", rounds.stream().map(CompanyReport::json).toList());
    return json;
  }

  private Map<String, Object> neighbour(int i) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("socket", neighbours.get(i).socket().toString());
    json.put("depth", options(i).depth());
    json.put("queues", options(i).queues());
    if (options(i).depth() > 0) {
      json.putAll(SampleReport.json(other(i)));
    }
    return json;
  }

  private static Map<String, Object> json(Round round) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("near", round.near());
    json.put("kept", round.kept());
    json.put("alone", ComparisonReport.json(round.alone()));
    json.put("beside", ComparisonReport.json(round.beside()));
    return json;
  }

  private double kept() {
    return Statistics.median(counted.stream().mapToDouble(Round::kept).toArray());
  }

  private PerfOptions options(int neighbour) {
    return neighbours.get(neighbour).options(options);
  }

  private Sample other(int neighbour) {
    return together(round -> round.others().get(neighbour));
  }

  private Sample together(Function<Round, Sample> which) {
    return counted.stream().map(which).reduce(Sample::plus).orElseThrow();
  }
}

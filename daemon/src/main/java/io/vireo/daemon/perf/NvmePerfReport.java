package io.vireo.daemon.perf;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a namespace did, for each CPU and in all. */
final class NvmePerfReport {
  private final String name;
  private final int[] cpus;
  private final List<Sample> samples;
  private final Sample total;

  NvmePerfReport(String name, int[] cpus, List<Sample> samples) {
    this.name = name;
    this.cpus = cpus.clone();
    this.samples = samples;
    this.total = samples.stream().reduce(Sample::beside).orElseThrow();
  }

  void print(PrintWriter out) {
    SampleReport.printHead(out);
    if (samples.size() > 1) {
      for (int i = 0; i < cpus.length; i++) {
        SampleReport.printLine(out, "CPU " + cpus[i], samples.get(i));
      }
    }
    SampleReport.printLine(out, name, total);
    SampleReport.printFoot(out);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.putAll(SampleReport.json(total));
    List<Map<String, Object>> each = new ArrayList<>();
    for (int i = 0; i < cpus.length; i++) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("cpu", cpus[i]);
      one.putAll(SampleReport.json(samples.get(i)));
      each.add(one);
    }
    json.put("cpus", each);
    return json;
  }
}

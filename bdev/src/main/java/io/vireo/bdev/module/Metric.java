package io.vireo.bdev.module;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One family of figures that a target shows to Prometheus. Units are seconds and bytes.
 *
 * @param name snake case; a counter's ends with {@code _total}, an info's with {@code _info}
 * @param help one sentence without its full stop
 * @param labels what tells one figure of the family from another, in order
 */
public record Metric(Type type, String name, String help, List<String> labels) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");

  /** How figures change. */
  public enum Type {
    /** Only grows, until what is counted begins anew. */
    COUNTER,
    /** Goes up and down. */
    GAUGE,
    /** Is always 1: what it tells is in the labels. */
    INFO,
    /** How many requests had which latency. */
    HISTOGRAM
  }

  /**
   * @throws IllegalArgumentException for a name that Prometheus' conventions rule out
   */
  public Metric {
    labels = List.copyOf(labels);
    require(NAME.matcher(name).matches(), "the metric %s is not in snake case", name);
    require(
        name.endsWith("_total") == (type == Type.COUNTER),
        "the metric %s: counters, and nothing else, end with _total",
        name);
    require(
        name.endsWith("_info") == (type == Type.INFO),
        "the metric %s: infos, and nothing else, end with _info",
        name);
    for (String label : labels) {
      require(NAME.matcher(label).matches(), "the label %s is not in snake case", label);
    }
  }

  public static Metric counter(String name, String help, String... labels) {
    return new Metric(Type.COUNTER, name, help, List.of(labels));
  }

  public static Metric gauge(String name, String help, String... labels) {
    return new Metric(Type.GAUGE, name, help, List.of(labels));
  }

  public static Metric info(String name, String help, String... labels) {
    return new Metric(Type.INFO, name, help, List.of(labels));
  }

  public static Metric histogram(String name, String help, String... labels) {
    return new Metric(Type.HISTOGRAM, name, help, List.of(labels));
  }

  private static void require(boolean holds, String sentence, String name) {
    if (!holds) {
      throw new IllegalArgumentException(sentence.formatted(name));
    }
  }
}

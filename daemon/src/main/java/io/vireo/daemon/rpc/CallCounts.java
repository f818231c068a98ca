package io.vireo.daemon.rpc;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often clients called which method. What they call and is none counts together: they cannot
 * make this grow. Any thread.
 */
public final class CallCounts {
  /** What stands for all methods that there are not. */
  public static final String UNKNOWN = "unknown";

  private final SortedMap<String, Count> counts = new TreeMap<>();
  private final Count unknown = new Count();

  /** Takes one method's counts. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes them.
     *
     * @param failures how many of {@code calls} were answered with an error
     */
    void visit(String method, long calls, long failures);
  }

  private record Count(LongAdder calls, LongAdder failures) {
    Count() {
      this(new LongAdder(), new LongAdder());
    }
  }

  /** None yet, of {@code methods}. */
  CallCounts(Iterable<String> methods) {
    methods.forEach(method -> counts.put(method, new Count()));
  }

  void called(String method, boolean failed) {
    Count count = counts.getOrDefault(method, unknown);
    count.calls.increment();
    if (failed) {
      count.failures.increment();
    }
  }

  /** Shows all, by name; also those that were not called: growth from 0 is to be seen. */
  public void forEach(Visitor visitor) {
    counts.forEach((method, count) -> visit(method, count, visitor));
    visit(UNKNOWN, unknown, visitor);
  }

  private static void visit(String method, Count count, Visitor visitor) {
    long failures = count.failures.sum(); // first: never more than the calls
    visitor.visit(method, count.calls.sum(), failures);
  }
}

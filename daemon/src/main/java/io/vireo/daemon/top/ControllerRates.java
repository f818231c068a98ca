package io.vireo.daemon.top;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What the controllers did between two samples: requests by the counters of their own queues, and
 * latencies by these queues' histograms if there are any. Bytes are counted by bdevs only.
 */
final class ControllerRates {
  private final Map<String, Sample.Controller> before;
  private final Sample after;
  private final double ns; // between them
  private final Map<String, Rates.Bdev> bdevs;
  private final Map<String, Long> users; // of each bdev

  /**
   * @param before null when there is none
   * @param bdevs what they did in that time
   */
  ControllerRates(Sample before, Sample after, List<Rates.Bdev> bdevs) {
    this.before = Rates.byKey(before, Sample::controllers, Sample.Controller::name);
    this.after = after;
    this.bdevs = bdevs.stream().collect(Collectors.toMap(Rates.Bdev::name, Function.identity()));
    ns = before == null ? 0 : after.controllersAtNs() - before.controllersAtNs();
    users =
        after.controllers().stream()
            .map(Sample.Controller::bdev)
            .filter(Objects::nonNull)
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  List<Rates.Controller> all() {
    return after.controllers().stream().map(this::rates).toList();
  }

  private Rates.Controller rates(Sample.Controller now) {
    Sample.Controller earlier = before.get(now.name());
    Rates.Bdev bdev = now.bdev() == null ? null : bdevs.get(now.bdev());
    Buckets latencies = earlier == null ? null : latencies(earlier, now);
    double iops = perSecond(earlier, now, Sample.Queue::ended);
    double averageNs = averageNs(latencies, bdev);
    return new Rates.Controller(
        now.name(),
        now.bdev(),
        now.frontEnds(),
        iops,
        bdev == null ? 0 : bdev.bytesPerSecond(),
        averageNs,
        Rates.p99Ns(latencies),
        Rates.depthOf(iops, averageNs),
        now.queues().values().stream().mapToInt(Sample.Queue::inFlight).sum(),
        perSecond(earlier, now, Sample.Queue::failed),
        users.getOrDefault(now.bdev(), 0L) > 1,
        latencies == null,
        state(now));
  }

  /** A queue that was not there before, or counts less than before, began to count meanwhile. */
  private double perSecond(
      Sample.Controller earlier, Sample.Controller now, ToLongFunction<Sample.Queue> counter) {
    if (earlier == null) {
      return Double.NaN;
    }
    long more = 0;
    for (Map.Entry<String, Sample.Queue> queue : now.queues().entrySet()) {
      Sample.Queue was = earlier.queues().get(queue.getKey());
      long count = counter.applyAsLong(queue.getValue());
      long from = was == null ? 0 : counter.applyAsLong(was);
      more += count < from ? count : count - from;
    }
    return Rates.perSecond(0, more, ns);
  }

  /** Of all its queues together; null when they are not counted, or were not before. */
  private static Buckets latencies(Sample.Controller earlier, Sample.Controller now) {
    if (earlier.latencies() == null || now.latencies() == null) {
      return null;
    }
    Collection<Buckets> more =
        now.latencies().entrySet().stream()
            .map(queue -> queue.getValue().since(earlier.latencies().get(queue.getKey())))
            .toList();
    return more.stream().reduce(Buckets::plus).orElse(null);
  }

  private static double averageNs(Buckets latencies, Rates.Bdev bdev) {
    if (latencies != null) {
      return latencies.meanNs();
    }
    return bdev == null ? Double.NaN : bdev.averageNs();
  }

  private static Rates.State state(Sample.Controller now) {
    if (now.bdev() == null) {
      return Rates.State.NO_BDEV;
    } else if (now.broken()) {
      return Rates.State.BROKEN;
    } else if (!now.queues().isEmpty()) {
      return Rates.State.RUNNING;
    }
    return now.frontEnds() > 0 ? Rates.State.CONNECTED : Rates.State.IDLE;
  }
}

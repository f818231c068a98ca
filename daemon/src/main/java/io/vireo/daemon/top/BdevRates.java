package io.vireo.daemon.top;

import java.util.List;
import java.util.Map;

/** What the bdevs did between two samples. */
final class BdevRates {
  private final Map<String, Sample.Bdev> before;
  private final Sample after;
  private final double ns; // between them

  /**
   * @param before null when there is none
   */
  BdevRates(Sample before, Sample after) {
    this.before = Rates.byKey(before, Sample::bdevs, Sample.Bdev::name);
    this.after = after;
    ns = before == null ? 0 : after.atNs() - before.atNs();
  }

  List<Rates.Bdev> all() {
    return after.bdevs().stream().map(bdev -> rates(before.get(bdev.name()), bdev)).toList();
  }

  private Rates.Bdev rates(Sample.Bdev earlier, Sample.Bdev bdev) {
    if (earlier == null || beganAnew(earlier, bdev)) {
      double no = Double.NaN;
      return new Rates.Bdev(bdev.name(), no, no, no, no, no, no, no, no);
    }
    Buckets latencies = latencies(earlier, bdev);
    return new Rates.Bdev(
        bdev.name(),
        Rates.perSecond(earlier.reads().count(), bdev.reads().count(), ns),
        Rates.perSecond(earlier.writes().count(), bdev.writes().count(), ns),
        Rates.perSecond(earlier.unmaps().count(), bdev.unmaps().count(), ns),
        Rates.perSecond(earlier.reads().bytes(), bdev.reads().bytes(), ns),
        Rates.perSecond(earlier.writes().bytes(), bdev.writes().bytes(), ns),
        latencies != null ? latencies.meanNs() : averageNs(earlier, bdev),
        Rates.p99Ns(latencies),
        Rates.perSecond(earlier.errors(), bdev.errors(), ns));
  }

  /** Null when they are not counted, or were not before. */
  private static Buckets latencies(Sample.Bdev earlier, Sample.Bdev bdev) {
    return earlier.latencies() == null || bdev.latencies() == null
        ? null
        : bdev.latencies().since(earlier.latencies());
  }

  /** Its counters were set back, or it is another one of the same name. */
  private static boolean beganAnew(Sample.Bdev earlier, Sample.Bdev bdev) {
    return bdev.reads().count() < earlier.reads().count()
        || bdev.writes().count() < earlier.writes().count()
        || bdev.unmaps().count() < earlier.unmaps().count()
        || latencyNs(bdev) < latencyNs(earlier);
  }

  /** NaN when nothing ended. */
  private static double averageNs(Sample.Bdev earlier, Sample.Bdev bdev) {
    return (double) (latencyNs(bdev) - latencyNs(earlier)) / (count(bdev) - count(earlier));
  }

  private static long latencyNs(Sample.Bdev bdev) {
    return bdev.reads().latencyNs() + bdev.writes().latencyNs() + bdev.unmaps().latencyNs();
  }

  private static long count(Sample.Bdev bdev) {
    return bdev.reads().count() + bdev.writes().count() + bdev.unmaps().count();
  }
}

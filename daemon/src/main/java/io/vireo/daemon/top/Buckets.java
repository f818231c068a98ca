package io.vireo.daemon.top;

import io.vireo.bdev.BucketLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** How many requests had which latency, as a target's histogram told it. Immutable. */
final class Buckets {
  private final BucketLayout layout;
  private final double nsPerTick;
  private final long[] counts;

  /**
   * @param nsPerTick the unit of the layout
   * @param counts one for each of its buckets; kept
   */
  Buckets(BucketLayout layout, double nsPerTick, long... counts) {
    this.layout = layout;
    this.nsPerTick = nsPerTick;
    this.counts = counts;
  }

  /**
   * Reads what bdev_get_histogram answers.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static Buckets of(JsonNode histogram) {
    BucketLayout layout =
        new BucketLayout(
            histogram.path("granularity").asInt(0),
            histogram.path("min_range").asInt(0),
            histogram.path("max_range").asInt(0));
    byte[] bytes = Base64.getDecoder().decode(histogram.path("histogram").asString(""));
    LongBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    if (words.remaining() != layout.buckets()) {
      throw new IllegalArgumentException(
          "a histogram has %d buckets, not %d".formatted(words.remaining(), layout.buckets()));
    }
    long[] counts = new long[words.remaining()];
    words.get(counts);
    double ticksPerSecond = Math.max(1, histogram.path("tsc_rate").asLong(0));
    return new Buckets(layout, TimeUnit.SECONDS.toNanos(1) / ticksPerSecond, counts);
  }

  /**
   * What was counted since {@code earlier}. A histogram that began anew meanwhile, or has another
   * layout now, counted all that it has since then.
   *
   * @param earlier null when there was none
   */
  Buckets since(Buckets earlier) {
    if (earlier == null || !earlier.layout.equals(layout)) {
      return this;
    }
    long[] more = new long[counts.length];
    for (int b = 0; b < counts.length; b++) {
      more[b] = counts[b] - earlier.counts[b];
      if (more[b] < 0) {
        return this;
      }
    }
    return new Buckets(layout, nsPerTick, more);
  }

  /** Both together; only this one where the other has another layout. */
  Buckets plus(Buckets other) {
    if (!other.layout.equals(layout)) {
      return this;
    }
    long[] sums = new long[counts.length];
    Arrays.setAll(sums, b -> counts[b] + other.counts[b]);
    return new Buckets(layout, nsPerTick, sums);
  }

  long count(int bucket) {
    return counts[bucket];
  }

  long total() {
    return Arrays.stream(counts).sum();
  }

  /** The average, as if all of a bucket lay in its middle; NaN when nothing was counted. */
  double meanNs() {
    double sum = 0;
    for (int b = 0; b < counts.length; b++) {
      sum += counts[b] * (from(b) + from(b + 1)) / 2;
    }
    return sum / total() * nsPerTick; // 0 / 0 is NaN
  }

  /**
   * What {@code part} of the requests did not exceed, as if those of a bucket were spread over it
   * evenly; NaN when nothing was counted.
   */
  double quantileNs(double part) {
    double rank = Math.max(1, part * total());
    long below = 0;
    for (int b = 0; b < counts.length; b++) {
      if (counts[b] > 0 && below + counts[b] >= rank) {
        double inside = (rank - below) / counts[b];
        return (from(b) + inside * (from(b + 1) - from(b))) * nsPerTick;
      }
      below += counts[b];
    }
    return Double.NaN;
  }

  /** The first bucket holds whatever is too short for the others, too. */
  private double from(int bucket) {
    return bucket == 0 ? 0 : layout.fromNs(bucket);
  }
}

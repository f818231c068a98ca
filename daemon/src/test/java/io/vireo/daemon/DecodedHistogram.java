package io.vireo.daemon;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The answer of bdev_get_histogram as a client of the field reads it: one unsigned little-endian
 * number of eight bytes for each bucket; {@code max_range - min_range + 1} ranges of {@code 1 <<
 * granularity} buckets; a bucket of range 0 is one tick wide, and the range begins at 0; one of
 * range r is {@code 1 << (r - 1)} ticks wide, and the range begins at {@code 1 << (r + granularity
 * - 1)}.
 */
final class DecodedHistogram {
  private final int granularity;
  private final int minRange;
  private final long tscRate;
  private final List<Long> counts;

  private DecodedHistogram(int granularity, int minRange, long tscRate, List<Long> counts) {
    this.granularity = granularity;
    this.minRange = minRange;
    this.tscRate = tscRate;
    this.counts = counts;
  }

  static DecodedHistogram of(JsonNode answer) {
    byte[] bytes = Base64.getDecoder().decode(answer.path("histogram").stringValue());
    int granularity = answer.path("granularity").intValue();
    int minRange = answer.path("min_range").intValue();
    int ranges = answer.path("max_range").intValue() - minRange + 1;
    if (bytes.length != ranges * (1 << granularity) * 8) {
      throw new AssertionError("%d bytes for %d ranges".formatted(bytes.length, ranges));
    }
    long[] counts = new long[bytes.length / 8];
    for (int i = 0; i < bytes.length; i++) {
      counts[i / 8] |= (bytes[i] & 0xffL) << (i % 8 * 8);
    }
    return new DecodedHistogram(
        granularity,
        minRange,
        answer.path("tsc_rate").longValue(),
        Arrays.stream(counts).boxed().toList());
  }

  long tscRate() {
    return tscRate;
  }

  List<Long> counts() {
    return counts;
  }

  long total() {
    return counts.stream().mapToLong(c -> c).sum();
  }

  /** The ticks from which on a bucket counts. */
  long from(int bucket) {
    int range = minRange + (bucket >> granularity);
    long part = bucket % (1 << granularity);
    return range == 0 ? part : (1L << (range + granularity - 1)) + (part << (range - 1));
  }

  /** How many took from {@code fromNs} to {@code toNs}, both borders of buckets or outside. */
  long between(long fromNs, long toNs) {
    long sum = 0;
    for (int bucket = 0; bucket < counts.size(); bucket++) {
      long ns = (long) (from(bucket) * (1e9 / tscRate));
      sum += ns >= fromNs && ns < toNs ? counts.get(bucket) : 0;
    }
    return sum;
  }
}

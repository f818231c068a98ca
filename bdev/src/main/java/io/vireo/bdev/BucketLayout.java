package io.vireo.bdev;

/**
 * How latencies are sorted into buckets, as the field's histograms do it: ranges of 2<sup>{@code
 * granularity}</sup> buckets each. Range 0 has a bucket for each of the smallest values; range
 * <i>r</i> divides what lies between 2<sup>{@code granularity} + <i>r</i> - 1</sup> and the double
 * of that into equal parts, so no bucket is wider than 1 / 2<sup>{@code granularity}</sup> of what
 * it holds. Immutable; any thread.
 *
 * <p>Only {@code minRange} to {@code maxRange} have buckets. What is less is counted in the very
 * first one, what is more in the very last.
 */
public record BucketLayout(int granularity, int minRange, int maxRange) {
  /** Half a percent, the field's default. */
  public static final int GRANULARITY = 7;

  /** One microsecond, the field's default. */
  public static final long MIN_NS = 1_000;

  /** Two minutes, the field's default. */
  public static final long MAX_NS = 120_000_000_000L;

  /** A tenth of a percent: with the default limits some 230 KB for each channel or queue. */
  public static final int MAX_GRANULARITY = 10;

  /**
   * The ranges that hold latencies from {@code minNs} to just below {@code maxNs}.
   *
   * @throws BdevException with EINVAL when there can be no such ranges
   */
  public static BucketLayout of(int granularity, long minNs, long maxNs) {
    if (granularity < 0 || granularity > MAX_GRANULARITY) {
      throw BdevException.invalid(
          "granularity %d is not between 0 and %d".formatted(granularity, MAX_GRANULARITY));
    }
    if (minNs < 0) {
      throw BdevException.invalid("min_nsec %d is negative".formatted(minNs));
    }
    if (maxNs <= minNs) {
      throw BdevException.invalid("max_nsec %d is not above min_nsec %d".formatted(maxNs, minNs));
    }
    return new BucketLayout(granularity, range(granularity, minNs), range(granularity, maxNs - 1));
  }

  private static int range(int granularity, long ns) {
    return Math.max(0, Long.SIZE - granularity - Long.numberOfLeadingZeros(ns));
  }

  /** How many buckets there are. */
  public int buckets() {
    return (maxRange - minRange + 1) << granularity;
  }

  /** The bucket that a latency belongs to. */
  public int bucket(long ns) {
    int range = range(granularity, ns);
    if (range < minRange) {
      return 0;
    }
    if (range > maxRange) {
      return buckets() - 1;
    }
    int part = (int) (ns >>> Math.max(0, range - 1)) & ((1 << granularity) - 1);
    return ((range - minRange) << granularity) + part;
  }

  /** The smallest latency that belongs to a bucket by its value. */
  public long fromNs(int bucket) {
    int range = minRange + (bucket >> granularity);
    long part = bucket & ((1 << granularity) - 1);
    return range == 0 ? part : ((1L << granularity) + part) << (range - 1);
  }
}

package io.vireo.daemon.method;

import io.vireo.bdev.BucketLayout;
import io.vireo.bdev.Histogram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A histogram as bdev_get_histogram shows it, with the field's members in the field's order: its
 * buckets as 64-bit little-endian numbers, in base64. Ticks are nanoseconds.
 */
final class HistogramReport {
  private HistogramReport() {}

  /** Adds the members to {@code map}. */
  static void put(Map<String, Object> map, Histogram histogram) {
    BucketLayout layout = histogram.layout();
    map.put("histogram", Base64.getEncoder().encodeToString(bytes(histogram.counts())));
    map.put("granularity", layout.granularity());
    map.put("min_range", layout.minRange());
    map.put("max_range", layout.maxRange());
    map.put("tsc_rate", TimeUnit.SECONDS.toNanos(1));
  }

  private static byte[] bytes(long[] counts) {
    byte[] bytes = new byte[counts.length * Long.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(counts);
    return bytes;
  }
}

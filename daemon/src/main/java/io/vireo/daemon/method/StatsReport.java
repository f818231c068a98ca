package io.vireo.daemon.method;

import io.vireo.bdev.IoStats;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.QueueDepth;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counters as bdev_get_iostat shows them, with the field's members in the field's order. Ticks are
 * nanoseconds.
 */
final class StatsReport {
  private StatsReport() {}

  /** Adds the members to {@code map}. */
  static void put(Map<String, Object> map, IoStats stats) {
    putCounts(map, stats, IoType.READ, "read", "read");
    putCounts(map, stats, IoType.WRITE, "written", "write");
    putCounts(map, stats, IoType.UNMAP, "unmapped", "unmap");
    map.put("bytes_copied", 0);
    map.put("num_copy_ops", 0);
    putLatencies(map, stats, IoType.READ, "read");
    putLatencies(map, stats, IoType.WRITE, "write");
    putLatencies(map, stats, IoType.UNMAP, "unmap");
    map.put("copy_latency_ticks", 0);
    map.put("max_copy_latency_ticks", 0);
    map.put("min_copy_latency_ticks", 0);
    map.put("io_error", errors(stats));
    if (stats.bounced() > 0) {
      map.put("driver_specific", Map.of("bounced", stats.bounced()));
    }
  }

  /** Adds the members of a bdev that is looked at, in the field's units: microseconds. */
  static void put(Map<String, Object> map, QueueDepth depth) {
    map.put("queue_depth_polling_period", depth.periodUs());
    map.put("queue_depth", depth.requests());
    map.put("io_time", depth.ioTimeUs());
    map.put("weighted_io_time", depth.weightedIoTimeUs());
  }

  private static void putCounts(
      Map<String, Object> map, IoStats stats, IoType type, String participle, String verb) {
    map.put("bytes_" + participle, stats.bytes(type));
    map.put("num_" + verb + "_ops", stats.ops(type));
  }

  private static void putLatencies(
      Map<String, Object> map, IoStats stats, IoType type, String verb) {
    map.put(verb + "_latency_ticks", stats.latencyNs(type));
    map.put("max_" + verb + "_latency_ticks", stats.maxLatencyNs(type));
    map.put("min_" + verb + "_latency_ticks", stats.minLatencyNs(type));
  }

  private static Map<String, Object> errors(IoStats stats) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int status = IoStatus.OK + 1; status < IoStatus.COUNT; status++) {
      if (stats.errors(status) > 0) {
        map.put(IoStatus.name(status), stats.errors(status));
      }
    }
    return map;
  }
}

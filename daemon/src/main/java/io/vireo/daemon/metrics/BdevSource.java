package io.vireo.daemon.metrics;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.IoStats;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Metric;
import io.vireo.daemon.rpc.Words;
import java.util.List;

/** All bdevs: the counters of bdev_get_iostat, the histograms of bdev_get_histogram. */
final class BdevSource implements Source {
  private static final String BDEV = "bdev";
  private static final String PRODUCT = "product";
  private static final String OPERATION = "operation";

  private static final Metric INFO =
      Metric.info("vireo_bdev_info", "A bdev, and what it is", BDEV, PRODUCT, "uuid", "block_size");
  private static final Metric SIZE =
      Metric.gauge("vireo_bdev_size_bytes", "How much it holds", BDEV, PRODUCT);
  private static final Metric OPS =
      Metric.counter(
          "vireo_bdev_operations_total", "Requests that succeeded", BDEV, PRODUCT, OPERATION);
  private static final Metric BYTES =
      Metric.counter("vireo_bdev_bytes_total", "Bytes of those requests", BDEV, PRODUCT, OPERATION);
  private static final Metric LATENCY =
      Metric.counter(
          "vireo_bdev_latency_seconds_total",
          "Sum of the times that those requests took",
          BDEV,
          PRODUCT,
          OPERATION);
  private static final Metric ERRORS =
      Metric.counter(
          "vireo_bdev_errors_total",
          "Requests that failed or were refused",
          BDEV,
          PRODUCT,
          "status");
  private static final Metric BOUNCED =
      Metric.counter(
          "vireo_bdev_bounced_transfers_total",
          "Transfers that were copied because the memory was not aligned",
          BDEV,
          PRODUCT);
  private static final Metric DURATION =
      Metric.histogram(
          "vireo_bdev_request_duration_seconds",
          "How long requests took, failed ones included; where bdev_enable_histogram is on",
          BDEV,
          PRODUCT);

  private final BdevRegistry bdevs;

  BdevSource(BdevRegistry bdevs) {
    this.bdevs = bdevs;
  }

  @Override
  public List<Metric> metrics() {
    return List.of(INFO, SIZE, OPS, BYTES, LATENCY, ERRORS, BOUNCED, DURATION);
  }

  @Override
  public void measure(Measurements to) {
    bdevs.all().forEach(bdev -> measure(bdev, to));
  }

  private static void measure(Bdev bdev, Measurements to) {
    String name = bdev.name();
    String product = bdev.productName();
    IoStats stats = bdev.stats();
    to.put(INFO, 1, name, product, bdev.uuid().toString(), Integer.toString(bdev.blockBytes()));
    to.put(SIZE, bdev.sizeBytes(), name, product);
    for (IoType type : IoType.values()) {
      if (bdev.supports(type)) {
        String operation = Words.of(type);
        to.put(OPS, stats.ops(type), name, product, operation);
        to.put(LATENCY, Seconds.ofNs(stats.latencyNs(type)), name, product, operation);
        if (type.ranged()) {
          to.put(BYTES, stats.bytes(type), name, product, operation);
        }
      }
    }
    for (int status = IoStatus.OK + 1; status < IoStatus.COUNT; status++) {
      to.put(ERRORS, stats.errors(status), name, product, IoStatus.name(status));
    }
    to.put(BOUNCED, stats.bounced(), name, product);
    bdev.histogram().ifPresent(latencies -> to.put(DURATION, latencies, name, product));
  }
}

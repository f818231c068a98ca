package io.vireo.bdev.delay;

import static io.vireo.bdev.delay.LatencyType.AVG_READ;
import static io.vireo.bdev.delay.LatencyType.AVG_WRITE;
import static io.vireo.bdev.delay.LatencyType.P99_READ;
import static io.vireo.bdev.delay.LatencyType.P99_WRITE;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.filter.BaseChannel;
import io.vireo.bdev.filter.FilterBdev;
import io.vireo.bdev.filter.FilterChannel;
import io.vireo.reactor.Reactor;
import java.util.LinkedHashMap;
import java.util.Map;

/** A slower bdev. */
final class DelayBdev extends FilterBdev {
  private final Latencies latencies;

  DelayBdev(BaseBdev base, DelayCreate p) {
    super(base, p.name(), Bdev.uuidOf(p.uuid()));
    latencies = Latencies.of(p);
  }

  Latencies latencies() {
    return latencies;
  }

  /**
   * What makes it again. That refuses slow requests that are faster than the others: those are set
   * by calls of their own.
   */
  DelayCreate parameters() {
    return new DelayCreate(
        base().bdev().name(),
        name(),
        uuid(),
        latencies.us(AVG_READ),
        Math.max(latencies.us(AVG_READ), latencies.us(P99_READ)),
        latencies.us(AVG_WRITE),
        Math.max(latencies.us(AVG_WRITE), latencies.us(P99_WRITE)));
  }

  @Override
  public String productName() {
    return "delay";
  }

  @Override
  public Map<String, Object> driverSpecific() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", name());
    map.put("base_bdev_name", base().bdev().name());
    map.put("avg_read_latency", latencies.us(AVG_READ));
    map.put("p99_read_latency", latencies.us(P99_READ));
    map.put("avg_write_latency", latencies.us(AVG_WRITE));
    map.put("p99_write_latency", latencies.us(P99_WRITE));
    return Map.of("delay", map);
  }

  @Override
  protected FilterChannel createChannel(Reactor reactor, BaseChannel below) {
    return new DelayChannel(this, reactor, below);
  }
}

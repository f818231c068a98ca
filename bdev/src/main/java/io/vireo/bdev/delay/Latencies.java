package io.vireo.bdev.delay;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.IoType;
import java.util.concurrent.atomic.AtomicLong;

/** The latencies of a bdev. Any thread. */
final class Latencies {
  /** Half of what the clock counts to; in fact anything. */
  static final long MAX_US = Long.MAX_VALUE / 2000;

  private static final long NS_PER_US = 1000;

  private final AtomicLong avgReadNs = new AtomicLong();
  private final AtomicLong p99ReadNs = new AtomicLong();
  private final AtomicLong avgWriteNs = new AtomicLong();
  private final AtomicLong p99WriteNs = new AtomicLong();

  /**
   * @throws BdevException EINVAL when one is longer than {@link #MAX_US}, or most requests were to
   *     take longer than the others
   */
  static Latencies of(DelayCreate p) {
    requireOrder("read", p.avg_read_latency(), p.p99_read_latency());
    requireOrder("write", p.avg_write_latency(), p.p99_write_latency());
    Latencies latencies = new Latencies();
    latencies.us(LatencyType.AVG_READ, p.avg_read_latency());
    latencies.us(LatencyType.P99_READ, p.p99_read_latency());
    latencies.us(LatencyType.AVG_WRITE, p.avg_write_latency());
    latencies.us(LatencyType.P99_WRITE, p.p99_write_latency());
    return latencies;
  }

  private static void requireOrder(String kind, long avgUs, long p99Us) {
    if (p99Us < avgUs) {
      throw BdevException.invalid(
          "p99_%s_latency %d is less than avg_%s_latency %d".formatted(kind, p99Us, kind, avgUs));
    }
  }

  /** Changes one; operators change them one by one, so any may be longer than any other. */
  void us(LatencyType type, long us) {
    if (us < 0 || us > MAX_US) {
      throw BdevException.invalid("latency %d us is not between 0 and %d".formatted(us, MAX_US));
    }
    ns(type).set(us * NS_PER_US);
  }

  long us(LatencyType type) {
    return ns(type).get() / NS_PER_US;
  }

  private AtomicLong ns(LatencyType type) {
    return switch (type) {
      case AVG_READ -> avgReadNs;
      case P99_READ -> p99ReadNs;
      case AVG_WRITE -> avgWriteNs;
      case P99_WRITE -> p99WriteNs;
    };
  }

  /** How long a request is held back, the slow one in a hundred or another. Hot. */
  long ns(IoType type, boolean slow) {
    return switch (type) {
      case READ -> (slow ? p99ReadNs : avgReadNs).get();
      case WRITE -> (slow ? p99WriteNs : avgWriteNs).get();
      default -> 0;
    };
  }
}

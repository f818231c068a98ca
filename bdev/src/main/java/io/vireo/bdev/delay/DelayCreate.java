package io.vireo.bdev.delay;

import io.vireo.bdev.module.Optional;
import java.util.UUID;

/**
 * Parameters of bdev_delay_create. Latencies are in microseconds; every 100th request of a kind has
 * the second one.
 *
 * @param base_bdev_name what it stands on
 * @param name the bdev's
 * @param uuid random when absent
 * @param avg_read_latency of most reads
 * @param p99_read_latency of the others
 * @param avg_write_latency of most writes
 * @param p99_write_latency of the others
 */
public record DelayCreate(
    String base_bdev_name,
    String name,
    @Optional UUID uuid,
    long avg_read_latency,
    long p99_read_latency,
    long avg_write_latency,
    long p99_write_latency) {}

package io.vireo.bdev.delay;

/**
 * Parameters of bdev_delay_update_latency.
 *
 * @param delay_bdev_name the bdev's
 * @param latency_type which latency
 * @param latency_us microseconds, for requests from now on
 */
public record DelayUpdateLatency(
    String delay_bdev_name, LatencyType latency_type, long latency_us) {}

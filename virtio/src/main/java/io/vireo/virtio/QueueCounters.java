package io.vireo.virtio;

/**
 * What one queue has done.
 *
 * @param requests chains taken from the ring and answered, or in flight
 * @param failed requests answered with another status than success
 * @param interrupts signals sent to the driver
 */
public record QueueCounters(long requests, long failed, long interrupts) {}

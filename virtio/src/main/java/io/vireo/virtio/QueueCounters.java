package io.vireo.virtio;

/**
 * What one queue has done, or several.
 *
 * @param requests chains taken from the ring and answered, or in flight
 * @param failed requests answered with another status than success
 * @param interrupts signals sent to the driver
 */
public record QueueCounters(long requests, long failed, long interrupts) {
  /** Nothing yet. */
  public static final QueueCounters NONE = new QueueCounters(0, 0, 0);

  /** What both have done. */
  public QueueCounters plus(QueueCounters other) {
    return new QueueCounters(
        requests + other.requests, failed + other.failed, interrupts + other.interrupts);
  }
}

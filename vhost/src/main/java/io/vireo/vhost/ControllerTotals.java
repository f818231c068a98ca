package io.vireo.vhost;

import io.vireo.virtio.QueueCounters;

/**
 * What all queues of a controller have done, those of sessions that are over included.
 *
 * @param inFlight requests that have begun and not ended
 * @param counters never less than at an earlier look
 */
public record ControllerTotals(int inFlight, QueueCounters counters) {}

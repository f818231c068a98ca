package io.vireo.vhost;

import io.vireo.virtio.BreakReason;
import io.vireo.virtio.QueueCounters;

/**
 * A queue that runs, at one moment.
 *
 * @param index its number in its device
 * @param cpu the CPU of its reactor
 * @param inFlight requests that have begun and not ended
 * @param counters what it has done since it began to run; a queue that begins again counts anew
 * @param broken why it is broken; null while it is not
 */
public record QueueState(
    int index, int cpu, int inFlight, QueueCounters counters, BreakReason broken) {}

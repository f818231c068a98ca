package io.vireo.reactor;

/**
 * What a reactor has done with a poller since it was added.
 *
 * @param name what it is
 * @param parked whether it is left alone now
 * @param runs how often it was polled
 * @param busyRuns how often it then had work
 */
public record PollerStats(String name, boolean parked, long runs, long busyRuns) {}

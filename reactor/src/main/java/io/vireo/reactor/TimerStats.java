package io.vireo.reactor;

/**
 * What a reactor has done with a timer since it was made.
 *
 * @param periodNs how much time passes between two runs
 * @param runs how often it ran
 */
public record TimerStats(long periodNs, long runs) {}

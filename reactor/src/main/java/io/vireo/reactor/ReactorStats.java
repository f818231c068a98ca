package io.vireo.reactor;

/**
 * What a reactor has done since its start; counted by laps, so a time is known when its lap ends.
 *
 * @param laps rounds of the loop
 * @param busyNs time in laps that found work
 * @param idleNs time in laps that found none, and asleep
 * @param longestLapNs longest time between two looks at everything, sleep excepted, since its start
 *     or {@link Reactor#resetLongestLap}
 * @param longLaps laps above 100 us in that time
 * @param sleeps how often it slept
 * @param memoryFaults accesses to memory behind the end of a truncated file
 * @param parkedPollers pollers that are parked now
 */
public record ReactorStats(
    long laps,
    long busyNs,
    long idleNs,
    long longestLapNs,
    long longLaps,
    long sleeps,
    long memoryFaults,
    int parkedPollers) {}

package io.vireo.reactor;

import java.util.List;

/**
 * What a reactor polls, parked pollers included, and its timers.
 *
 * @param pollers channels, then queues
 */
public record PollReport(List<PollerStats> pollers, List<TimerStats> timers) {
  public PollReport {
    pollers = List.copyOf(pollers);
    timers = List.copyOf(timers);
  }
}

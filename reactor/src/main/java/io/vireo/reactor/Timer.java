package io.vireo.reactor;

/** A periodic action on a reactor, until {@link #cancel}. Reactor thread only. */
public final class Timer {
  final long periodNs;
  final Runnable action;
  long deadlineNs;
  private final Timers timers;

  Timer(Timers timers, long periodNs, Runnable action, long deadlineNs) {
    this.timers = timers;
    this.periodNs = periodNs;
    this.action = action;
    this.deadlineNs = deadlineNs;
  }

  /** Never runs again; also from within the action. A second time does nothing. */
  public void cancel() {
    timers.remove(this);
  }
}

package io.vireo.reactor;

/** A periodic action on a reactor, but between cancel and restart. Reactor thread only. */
public final class Timer {
  final long periodNs;
  final Runnable action;
  long deadlineNs;
  long runs;
  private final Timers timers;

  Timer(Timers timers, long periodNs, Runnable action) {
    this.timers = timers;
    this.periodNs = periodNs;
    this.action = action;
  }

  /** Does not run again; also from within the action. A second time does nothing. */
  public void cancel() {
    timers.remove(this);
  }

  /** After {@link #cancel}: runs again from one period after now on. Makes no garbage. */
  public void restart(long nowNs) {
    timers.remove(this);
    timers.start(this, nowNs);
  }
}

package io.vireo.reactor;

import java.util.ArrayList;
import java.util.List;

/**
 * The timers of a reactor: few, so firing scans them all; a lap in which none is due costs one
 * comparison. Firing allocates nothing. Reactor thread only.
 */
final class Timers {
  private final Faults faults;
  private final List<Timer> timers = new ArrayList<>();

  /** Not after the earliest deadline; of no meaning without timers. */
  private long nextNs;

  /** Index of the firing loop; moves with the elements when one is cancelled from within. */
  private int cursor;

  Timers(Faults faults) {
    this.faults = faults;
  }

  Timer add(long periodNs, Runnable action, long nowNs) {
    if (periodNs <= 0) {
      throw new IllegalArgumentException("timer period " + periodNs + " ns is not positive");
    }
    Timer timer = new Timer(this, periodNs, action);
    start(timer, nowNs);
    return timer;
  }

  void start(Timer timer, long nowNs) {
    timer.deadlineNs = nowNs + timer.periodNs;
    if (timers.isEmpty() || timer.deadlineNs - nextNs < 0) {
      nextNs = timer.deadlineNs;
    }
    timers.add(timer);
  }

  void remove(Timer timer) {
    int index = timers.indexOf(timer);
    if (index >= 0) {
      timers.remove(index);
      if (index <= cursor) {
        cursor--;
      }
    }
  }

  /** Runs what is due; how many ran. */
  int fire(long nowNs) {
    return timers.isEmpty() || nowNs - nextNs < 0 ? 0 : fireDue(nowNs);
  }

  /** How long nothing is due; {@link Long#MAX_VALUE} without timers, 0 or less when overdue. */
  long untilNextNs(long nowNs) {
    return timers.isEmpty() ? Long.MAX_VALUE : nextNs - nowNs;
  }

  /** What is known of each. */
  List<TimerStats> report() {
    return timers.stream().map(timer -> new TimerStats(timer.periodNs, timer.runs)).toList();
  }

  private int fireDue(long nowNs) {
    int ran = 0;
    for (cursor = 0; cursor < timers.size(); cursor++) {
      Timer timer = timers.get(cursor);
      if (nowNs - timer.deadlineNs >= 0) {
        ran++;
        timer.runs++;
        timer.deadlineNs += timer.periodNs;
        if (nowNs - timer.deadlineNs >= 0) {
          // Too late by more than a period: what was missed is not made up for.
          timer.deadlineNs = nowNs + timer.periodNs;
        }
        run(timer);
      }
    }
    findNext();
    return ran;
  }

  private void run(Timer timer) {
    faults.surface();
    try {
      timer.action.run();
    } catch (InternalError e) {
      faults.memoryFault(e);
    } catch (Throwable t) {
      remove(timer);
      faults.contain("a timer failed and was cancelled", t);
    }
  }

  private void findNext() {
    for (int i = 0; i < timers.size(); i++) {
      long deadlineNs = timers.get(i).deadlineNs;
      if (i == 0 || deadlineNs - nextNs < 0) {
        nextNs = deadlineNs;
      }
    }
  }
}

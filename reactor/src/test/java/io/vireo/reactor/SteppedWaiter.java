package io.vireo.reactor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Never waits: what would have ended the wait is set by hand, and the wait is written down. */
final class SteppedWaiter implements Waiter {
  final Set<Integer> watched = new LinkedHashSet<>();
  final List<Long> sleepsNs = new ArrayList<>();
  Runnable whileAsleep = () -> {};
  int wakeUps;
  int looks;
  boolean closed;

  private final Deque<Integer> pending = new ArrayDeque<>();
  private int[] found = {};

  void fire(int fd) {
    if (!watched.contains(fd)) {
      throw new IllegalArgumentException("descriptor " + fd + " is not watched");
    }
    if (!pending.contains(fd)) {
      pending.add(fd);
    }
  }

  @Override
  public void watch(int fd) {
    watched.add(fd);
  }

  @Override
  public void unwatch(int fd) {
    watched.remove(fd);
    pending.remove(fd);
  }

  @Override
  public int await(long timeoutNs) {
    if (timeoutNs == 0) {
      looks++;
    } else {
      sleepsNs.add(timeoutNs);
      whileAsleep.run();
    }
    found = pending.stream().mapToInt(Integer::intValue).toArray();
    pending.clear();
    return found.length;
  }

  @Override
  public int fired(int i) {
    return found[i];
  }

  @Override
  public void wake() {
    wakeUps++;
  }

  @Override
  public void close() {
    closed = true;
  }
}

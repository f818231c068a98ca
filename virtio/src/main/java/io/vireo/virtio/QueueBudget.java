package io.vireo.virtio;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The heap that the queues of a target may take, so that front-ends cannot use it up: they choose
 * how many queues there are, how large these are, and how much is in flight in them. Any thread;
 * nothing waits.
 *
 * <p>A new queue may have whatever is left. A queue that grows, because more is in flight in it
 * than ever before, leaves half to queues to come; where it may not grow, requests wait in its
 * ring. A {@link #share} is for those who must not harm each other.
 */
public final class QueueBudget {
  /** One guest cannot take more than this part of the whole. */
  private static final int SHARES = 4;

  private static final int HEAP_PARTS = 4;

  private final QueueBudget whole; // null: this is it
  private final long bytes;
  private final AtomicLong left;

  private QueueBudget(QueueBudget whole, long bytes) {
    this.whole = whole;
    this.bytes = bytes;
    left = new AtomicLong(bytes);
  }

  /** A budget of so many bytes. */
  public static QueueBudget of(long bytes) {
    return new QueueBudget(null, bytes);
  }

  /** A quarter of the largest heap this program may have. */
  public static QueueBudget ofHeap() {
    return of(Runtime.getRuntime().maxMemory() / HEAP_PARTS);
  }

  /** A budget within this one: a quarter of it, if it is there. */
  public QueueBudget share() {
    return new QueueBudget(this, bytes / SHARES);
  }

  /** Takes {@code wanted} bytes for a new queue; false when there are not so many. */
  public boolean take(long wanted) {
    return take(wanted, false);
  }

  /** Takes {@code wanted} bytes for a queue that grows; false when that would leave too few. */
  public boolean takeToGrow(long wanted) {
    return take(wanted, true);
  }

  /** Gives back what was taken. */
  public void give(long taken) {
    left.addAndGet(taken);
    if (whole != null) {
      whole.give(taken);
    }
  }

  /** How much can be taken. */
  public long leftBytes() {
    long mine = left.get();
    return whole == null ? mine : Math.min(mine, whole.leftBytes());
  }

  private boolean take(long wanted, boolean toGrow) {
    if (!takeOwn(wanted, toGrow ? bytes / 2 : 0)) {
      return false;
    }
    if (whole != null && !whole.take(wanted, toGrow)) {
      left.addAndGet(wanted);
      return false;
    }
    return true;
  }

  private boolean takeOwn(long wanted, long reserve) {
    long now = left.get();
    while (now - wanted >= reserve) {
      if (left.compareAndSet(now, now - wanted)) {
        return true;
      }
      now = left.get();
    }
    return false;
  }
}

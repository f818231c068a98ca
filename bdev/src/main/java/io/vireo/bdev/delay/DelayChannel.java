package io.vireo.bdev.delay;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.filter.BaseChannel;
import io.vireo.bdev.filter.ForwardedIo;
import io.vireo.bdev.filter.HoldingChannel;
import io.vireo.linux.FaultPoint;
import io.vireo.reactor.Reactor;
import java.util.Arrays;

/**
 * Reactor thread only. Holds requests back that the base has ended. A reset ends at once what is
 * held back, with the status that it has.
 */
final class DelayChannel extends HoldingChannel {
  /** One request in so many of a kind is a slow one. */
  static final int SLOW_EACH = 100;

  private final Latencies latencies;
  private final DueQueue held = new DueQueue();
  private final int[] statuses = new int[MAX_IN_FLIGHT]; // by tag, as the next
  private final long[] delaysNs = new long[MAX_IN_FLIGHT];
  private int reads;
  private int writes;
  private boolean lettingGo; // nothing is held any more

  DelayChannel(DelayBdev bdev, Reactor reactor, BaseChannel below) {
    super(bdev, reactor, below);
    latencies = bdev.latencies();
  }

  @Override
  protected int answered(BdevIo io, ForwardedIo forwarded, int status) {
    long delayNs = lettingGo ? 0 : latencies.ns(io.type(), isSlow(io.type()));
    if (status == IoStatus.PENDING) {
      delaysNs[forwarded.tag()] = delayNs;
      return super.answered(io, forwarded, status);
    }
    if (delayNs == 0) {
      return status;
    }
    FaultPoint.pass(); // the base may have copied, and others wait in the queue
    take(io);
    hold(forwarded, status, delayNs);
    return IoStatus.PENDING;
  }

  private boolean isSlow(IoType type) {
    return switch (type) {
      case READ -> ++reads % SLOW_EACH == 0;
      case WRITE -> ++writes % SLOW_EACH == 0;
      default -> false;
    };
  }

  @Override
  protected void ended(ForwardedIo forwarded, int status) {
    long delayNs = delaysNs[forwarded.tag()];
    if (delayNs == 0) {
      end(forwarded, status);
    } else {
      hold(forwarded, status, delayNs);
    }
  }

  private void hold(ForwardedIo forwarded, int status, long delayNs) {
    statuses[forwarded.tag()] = status;
    held.add(forwarded, reactor().nowNs() + delayNs);
    wake();
  }

  @Override
  protected boolean waiting() {
    return !held.isEmpty();
  }

  @Override
  protected int work() {
    int ended = 0;
    while (!held.isEmpty() && held.firstDueNs() - reactor().nowNs() <= 0) {
      ForwardedIo forwarded = held.take();
      ended++;
      end(forwarded, statuses[forwarded.tag()]);
    }
    return ended;
  }

  @Override
  protected void cancelInFlight() {
    dueNow();
    super.cancelInFlight();
  }

  @Override
  public void letGo() {
    lettingGo = true;
    dueNow();
    super.letGo();
  }

  /** What is held back ends in the next poll, what is at the base when that has ended it. */
  private void dueNow() {
    Arrays.fill(delaysNs, 0);
    while (!held.isEmpty()) {
      ForwardedIo forwarded = held.take();
      endLater(forwarded, statuses[forwarded.tag()]);
    }
  }
}

package io.vireo.bdev.filter;

import io.vireo.bdev.WaitingList;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;

/**
 * Reactor thread only. A channel that holds requests back, and ends them in a later lap: it is
 * polled only while there is something to look after, and its reactor does not sleep then.
 */
public abstract class HoldingChannel extends FilterChannel implements Poller {
  private final WaitingList<ForwardedIo> over = new WaitingList<>();
  private boolean polled;

  protected HoldingChannel(FilterBdev bdev, Reactor reactor, BaseChannel below) {
    super(bdev, reactor, below);
  }

  /** Ends a request that was taken, in the next poll. */
  protected final void endLater(ForwardedIo forwarded, int status) {
    forwarded.status = status;
    over.add(forwarded);
    wake();
  }

  /** There is something to look after. */
  protected final void wake() {
    if (!polled) {
      polled = true;
      reactor().addChannel(this);
    }
  }

  /** Whether {@link #work} has anything to look after. */
  protected abstract boolean waiting();

  /** Ends what is due; how many. */
  protected abstract int work();

  @Override
  public final int poll() {
    int ended = over.size(); // not those that come while these end
    for (int left = ended; left > 0; left--) {
      ForwardedIo forwarded = over.take();
      end(forwarded, forwarded.status);
    }
    int done = ended + work();
    if (over.isEmpty() && !waiting()) {
      stop();
    }
    return done;
  }

  private void stop() {
    if (polled) {
      polled = false;
      reactor().remove(this);
    }
  }

  @Override
  public final boolean ready() {
    return true; // polled only while there is something to do
  }

  /** An owner threw out of its completion; the other requests go on. */
  @Override
  public final void failed(Throwable cause) {
    polled = false;
    reactor().post(this::wake);
  }

  @Override
  protected void close() {
    stop();
  }
}

package io.vireo.bdev.filter;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoCompletion;
import io.vireo.bdev.IoStatus;
import io.vireo.reactor.Reactor;

/**
 * Reactor thread only. Passes requests on to the base's channel, which serves this one alone.
 *
 * <p>A request is prepared, submitted to the base and only then taken, when it pends: an error of a
 * guest's lost memory between these steps leaves nothing behind. Resets go on to the base as a
 * reset, so that it cancels what it can.
 */
public abstract class FilterChannel extends BdevChannel implements IoCompletion {
  /** As many can be at the base; what is more stays with its owner. A multiple of the chunk. */
  public static final int MAX_IN_FLIGHT = 64 * ForwardedIos.CHUNK;

  private final BaseChannel below;
  private final BdevChannel base;
  private final long offsetBytes;
  private final ForwardedIos ios = new ForwardedIos();
  private final BaseReset reset;

  /** A filter that has its base's offsets. */
  protected FilterChannel(FilterBdev bdev, Reactor reactor, BaseChannel below) {
    this(bdev, reactor, below, 0);
  }

  /**
   * @param offsetBytes where on the base the filter begins
   */
  protected FilterChannel(FilterBdev bdev, Reactor reactor, BaseChannel below, long offsetBytes) {
    super(bdev, reactor);
    this.below = below;
    this.base = below.channel();
    this.reset = new BaseReset(base);
    this.offsetBytes = offsetBytes;
  }

  BaseChannel below() {
    return below;
  }

  @Override
  protected int start(BdevIo io) {
    ForwardedIo forwarded = prepare(io);
    if (forwarded == null) {
      return IoStatus.BUSY;
    }
    int status = forward(forwarded);
    return status == IoStatus.BUSY ? status : answered(io, forwarded, status);
  }

  /**
   * The base has answered what was prepared, by a final status or PENDING; not yet taken.
   *
   * @return what the user is answered
   */
  protected int answered(BdevIo io, ForwardedIo forwarded, int status) {
    if (status == IoStatus.PENDING) {
      take(io);
    }
    return status;
  }

  /**
   * The same request for the base, not yet taken; null when as many are in flight as there may be.
   */
  protected final ForwardedIo prepare(BdevIo io) {
    ForwardedIo next = ios.next(this);
    if (next != null) {
      next.io().prepareAs(io, offsetBytes);
    }
    return next;
  }

  /** Takes what was prepared last: {@link #end} must follow. */
  protected final void take(BdevIo io) {
    ios.take(io);
  }

  /** Submits it to the base: a final status, PENDING or BUSY. */
  protected final int forward(ForwardedIo forwarded) {
    return forward(forwarded.io());
  }

  /** Submits another request in its place. */
  protected final int forward(BdevIo io) {
    return base.submit(io);
  }

  @Override
  public final void complete(BdevIo io, int status) {
    ended(ios.byTag(io.tag()), status);
  }

  /** The base has ended a request that was pending there. Usually it {@link #end}s by that. */
  protected void ended(ForwardedIo forwarded, int status) {
    end(forwarded, status);
  }

  /** Ends a request that was taken. As {@link #finish}, not from {@link #start}. */
  protected final void end(ForwardedIo forwarded, int status) {
    finish(ios.give(forwarded), status);
  }

  @Override
  protected final boolean holds(BdevIo io) {
    return ios.holds(io);
  }

  @Override
  protected void cancelInFlight() {
    reset.submit();
  }

  @Override
  public void letGo() {
    base.letGo();
  }
}

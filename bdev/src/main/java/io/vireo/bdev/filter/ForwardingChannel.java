package io.vireo.bdev.filter;

import io.vireo.reactor.Reactor;

/** Reactor thread only. Passes every request on as it is, but for its offset. */
public final class ForwardingChannel extends FilterChannel {
  /**
   * @param offsetBytes where on the base the filter begins
   */
  public ForwardingChannel(FilterBdev bdev, Reactor reactor, BaseChannel below, long offsetBytes) {
    super(bdev, reactor, below, offsetBytes);
  }
}

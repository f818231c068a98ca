package io.vireo.bdev.filter;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoCompletion;
import io.vireo.bdev.WaitingList;

/** Reactor thread only. A request of a filter's user and what becomes of it at the base. */
public final class ForwardedIo extends WaitingList.Entry<ForwardedIo> {
  private final BdevIo io;
  BdevIo above; // null while it is free
  int status; // what it will end with

  ForwardedIo(IoCompletion owner, int tag) {
    io = new BdevIo(owner, tag, 0, 0);
  }

  /** A number of its own, below {@link FilterChannel#MAX_IN_FLIGHT}. */
  public int tag() {
    return io.tag();
  }

  /** The request to the base. */
  public BdevIo io() {
    return io;
  }

  /** The user's request. */
  public BdevIo above() {
    return above;
  }
}

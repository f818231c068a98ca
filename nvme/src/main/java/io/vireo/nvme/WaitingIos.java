package io.vireo.nvme;

import io.vireo.nvme.transport.TransportQueue;

/**
 * I/Os that wait for room, or for a bounce buffer, or for the end of a reset: first come, first
 * served. Linked through themselves, each once: as many as there are. Reactor thread only.
 */
final class WaitingIos {
  private final IoSplitter splitter;
  private NvmeIo first; // null: none
  private NvmeIo last;

  WaitingIos(IoSplitter splitter) {
    this.splitter = splitter;
  }

  boolean isEmpty() {
    return first == null;
  }

  /**
   * Takes an I/O: sends what there is room for, if none waits before it.
   *
   * @param mayBegin whether anything may be sent now
   * @return SUBMITTED, or why nothing happened
   */
  int take(NvmeIo io, boolean mayBegin) {
    IoProgress progress = io.progress();
    progress.begin();
    int taken = TransportQueue.UNMAPPED; // when an error says that its memory has gone
    try {
      taken = mayBegin && isEmpty() ? splitter.advance(io) : TransportQueue.FULL;
    } finally {
      if (taken == TransportQueue.FULL) {
        add(io);
        splitter.counters().waited();
      } else if (taken != TransportQueue.SUBMITTED && progress.hasBegun()) {
        progress.failUnsent();
        taken = TransportQueue.SUBMITTED;
      } else if (taken != TransportQueue.SUBMITTED) {
        io.refuse();
      }
    }
    return taken == TransportQueue.FULL ? TransportQueue.SUBMITTED : taken;
  }

  private void add(NvmeIo io) {
    io.progress().await(last);
    first = first == null ? io : first;
    last = io;
  }

  private void removeFirst() {
    first = first.progress().leave();
    last = first == null ? null : last;
  }

  /** Sends them as far as there is room. */
  void advance() {
    int taken = TransportQueue.SUBMITTED;
    for (NvmeIo io = first; io != null && taken != TransportQueue.FULL; io = first) {
      taken = TransportQueue.UNMAPPED; // when an error says that its memory has gone
      try {
        taken = splitter.advance(io);
      } finally {
        if (taken != TransportQueue.FULL) {
          removeFirst();
          settle(io.progress(), taken);
        }
      }
    }
  }

  private static void settle(IoProgress progress, int taken) {
    if (taken != TransportQueue.SUBMITTED) {
      progress.failUnsent();
    }
    progress.endIfDone();
  }

  /** Ends those that nobody wants any more; as {@link #end}. */
  void endUnwanted(int status) {
    WaitingIos unwanted = new WaitingIos(splitter);
    WaitingIos wanted = new WaitingIos(splitter);
    while (first != null) {
      NvmeIo io = first;
      removeFirst();
      (io.isWanted() ? wanted : unwanted).add(io);
    }
    first = wanted.first;
    last = wanted.last;
    unwanted.end(status);
  }

  /** Ends them all; an owner that throws keeps no other from being told. */
  void end(int status) {
    Throwable thrown = null;
    for (NvmeIo io = first; io != null; io = first) {
      removeFirst();
      io.progress().fail(status);
      try {
        io.progress().endIfDone();
      } catch (RuntimeException | Error e) {
        thrown = Thrown.first(thrown, e);
      }
    }
    Thrown.again(thrown);
  }
}

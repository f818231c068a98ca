package io.vireo.nvme;

import io.vireo.nvme.transport.TransportQueue;

/**
 * I/Os that wait for room, or for a bounce buffer, or for the end of a reset: first come, first
 * served. Linked through themselves, each once: as many as there are. Reactor thread only.
 */
final class WaitingIos {
  private NvmeIo first; // null: none
  private NvmeIo last;

  boolean isEmpty() {
    return first == null;
  }

  void add(NvmeIo io) {
    io.progress().await(last);
    first = first == null ? io : first;
    last = io;
  }

  private void removeFirst() {
    first = first.progress().leave();
    last = first == null ? null : last;
  }

  /** Sends them as far as there is room. */
  void advance(IoSplitter splitter) {
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

  /** Ends them all; an owner that throws keeps no other from being told. */
  void end(int status) {
    Thrown thrown = new Thrown();
    for (NvmeIo io = first; io != null; io = first) {
      removeFirst();
      io.progress().fail(status);
      try {
        io.progress().endIfDone();
      } catch (RuntimeException | Error e) {
        thrown.add(e);
      }
    }
    thrown.again();
  }
}

package io.vireo.nvme;

import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.TransportQueue;

/**
 * Commands of the NVM command set on one queue pair. Reactor thread only: the one that polls it.
 *
 * <pre>
 *   request.clearData();
 *   request.addData(hva, bytes);                              // each piece
 *   int taken = pair.read(request, namespace, lba, blocks);   // SUBMITTED, or why not
 *   pair.ring();                                              // once for all that were submitted
 *   pair.poll(budget);                                        // calls the owners of what ended
 * </pre>
 *
 * <p>Answers are those of {@link TransportQueue}, and two more. Made and closed by {@link
 * NvmeController}.
 */
public final class IoQueuePair {
  /** The blocks leave the namespace, or there are none of them. */
  public static final int OUT_OF_RANGE = -5;

  /** The data are not as long as the blocks. */
  public static final int WRONG_LENGTH = -6;

  /** The most blocks of a command: NLB is 16 bits, from 0 (NVM 3.2.4). */
  public static final int MAX_BLOCKS = 65536;

  private final TransportQueue queue;
  private final int generation;
  private final IoSplitter splitter;
  private NvmeIo firstWaiting;
  private NvmeIo lastWaiting;

  IoQueuePair(TransportQueue queue, int generation, BounceBuffers buffers) {
    this.queue = queue;
    this.generation = generation;
    this.splitter = new IoSplitter(queue, buffers);
  }

  /** Submits a command that the owner put together itself. */
  public int submit(NvmeRequest request) {
    return queue.submit(request);
  }

  /** One doorbell for everything that was submitted since the last one. */
  public void ring() {
    queue.ring();
  }

  /** Takes at most {@code budget} completions and calls their owners; answers how many. */
  public int poll(int budget) {
    int taken = queue.poll(budget);
    if (firstWaiting != null) {
      goOn();
      queue.ring();
    }
    return taken;
  }

  /** Whether I/Os wait: who comes now comes after them. */
  boolean hasWaiting() {
    return firstWaiting != null;
  }

  /** Takes an I/O that did not become one command at once. */
  int take(NvmeIo io) {
    io.beginSplit();
    int taken = TransportQueue.UNMAPPED; // when an error says that its memory has gone
    try {
      taken = hasWaiting() ? TransportQueue.FULL : splitter.advance(io);
    } finally {
      if (taken == TransportQueue.FULL) {
        await(io);
        taken = TransportQueue.SUBMITTED;
      } else if (taken != TransportQueue.SUBMITTED && io.failUnsent()) {
        taken = TransportQueue.SUBMITTED;
      }
    }
    return taken;
  }

  private void await(NvmeIo io) {
    io.await(lastWaiting);
    firstWaiting = firstWaiting == null ? io : firstWaiting;
    lastWaiting = io;
  }

  /** Sends what waits, as far as there is room. */
  private void goOn() {
    int taken = TransportQueue.SUBMITTED;
    for (NvmeIo io = firstWaiting; io != null && taken != TransportQueue.FULL; io = firstWaiting) {
      taken = TransportQueue.UNMAPPED;
      try {
        taken = splitter.advance(io);
      } finally {
        if (taken != TransportQueue.FULL) {
          firstWaiting = io.leave();
          lastWaiting = firstWaiting == null ? null : lastWaiting;
          io.sent(taken);
        }
      }
    }
  }

  /** What became of I/Os that were not one command in place. */
  public IoCounters counters() {
    return splitter.counters();
  }

  /** Ends everything in flight with {@code status}, once the controller was disabled or is gone. */
  public void endAll(int status) {
    queue.endAll(status);
  }

  public int inFlight() {
    return queue.inFlight();
  }

  /** How many requests can be in flight. */
  public int capacity() {
    return queue.capacity();
  }

  /** The queue's id at the controller, from 1. */
  public int id() {
    return queue.id();
  }

  /** Completions that belonged to nothing in flight. */
  public long unknownCompletions() {
    return queue.unknownCompletions();
  }

  TransportQueue queue() {
    return queue;
  }

  /** Which enabling of the controller it was made under. */
  int generation() {
    return generation;
  }
}

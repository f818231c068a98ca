package io.vireo.nvme;

import io.vireo.nvme.spec.NvmOpcode;
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

  /** Read (NVM 3.2.4) into the request's data. */
  public int read(NvmeRequest request, NvmeNamespace namespace, long lba, int blocks) {
    return transfer(request, NvmOpcode.READ, namespace, lba, blocks, 0);
  }

  /**
   * Write (NVM 3.2.6) of the request's data.
   *
   * @param flags {@link NvmOpcode#FUA} or 0
   */
  public int write(NvmeRequest request, NvmeNamespace namespace, long lba, int blocks, int flags) {
    return transfer(request, NvmOpcode.WRITE, namespace, lba, blocks, flags);
  }

  /** Compare (NVM 3.2.1) with the request's data; ends with COMPARE_FAILURE when they differ. */
  public int compare(NvmeRequest request, NvmeNamespace namespace, long lba, int blocks) {
    return transfer(request, NvmOpcode.COMPARE, namespace, lba, blocks, 0);
  }

  /**
   * Write zeroes (NVM 3.2.8).
   *
   * @param flags {@link NvmOpcode#DEAC}, {@link NvmOpcode#FUA} or 0
   */
  public int writeZeroes(
      NvmeRequest request, NvmeNamespace namespace, long lba, int blocks, int flags) {
    if (isOutOfRange(namespace, lba, blocks)) {
      return OUT_OF_RANGE;
    }
    request.clearData();
    return submit(request, NvmOpcode.WRITE_ZEROES, namespace, lba, blocks, flags);
  }

  /** Flush (Base 7.1): what was written before and has ended becomes durable. */
  public int flush(NvmeRequest request, NvmeNamespace namespace) {
    request.clearData();
    request.command(NvmOpcode.FLUSH, namespace.id());
    return queue.submit(request);
  }

  private int transfer(
      NvmeRequest request, int opcode, NvmeNamespace namespace, long lba, int blocks, int flags) {
    if (isOutOfRange(namespace, lba, blocks)) {
      return OUT_OF_RANGE;
    }
    if (request.totalBytes() != (long) blocks << namespace.blockShift()) {
      return WRONG_LENGTH;
    }
    return submit(request, opcode, namespace, lba, blocks, flags);
  }

  private static boolean isOutOfRange(NvmeNamespace namespace, long lba, int blocks) {
    return blocks <= 0 || blocks > MAX_BLOCKS || lba < 0 || lba > namespace.blocks() - blocks;
  }

  private int submit(
      NvmeRequest request, int opcode, NvmeNamespace namespace, long lba, int blocks, int flags) {
    request.command(opcode, namespace.id());
    request.cdw10and11(lba);
    request.cdw12and13(flags | blocks - 1);
    return queue.submit(request);
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

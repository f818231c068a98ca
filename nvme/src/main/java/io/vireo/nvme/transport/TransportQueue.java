package io.vireo.nvme.transport;

import java.util.Arrays;

/**
 * A submission queue and its completion queue, as one. Reactor thread only: one thread from opening
 * to closing.
 *
 * <p>Every accepted request is completed exactly once: by the controller's answer, or by whoever
 * took it back ({@link #takeBack}) after the queue was stopped. An answer to anything that is not
 * in flight completes nothing and is counted.
 */
public interface TransportQueue extends AutoCloseable {
  /** The request was taken; it reaches the controller with the next {@link #ring}. */
  int SUBMITTED = 0;

  /** As many as possible are in flight; try again after a completion. */
  int FULL = -1;

  /** Data lie where the controller cannot reach: no part of the IOVA map. */
  int UNMAPPED = -2;

  /** The pieces of data cannot be described to this controller: alignment or gaps. */
  int MISALIGNED = -3;

  /** More data than the queue was opened for. */
  int TOO_LONG = -4;

  /**
   * Takes a request.
   *
   * @return {@link #SUBMITTED}, or why nothing happened
   * @throws IllegalStateException if the request is in flight already
   */
  int submit(NvmeRequest request);

  /**
   * Takes the two requests of a fused operation (Base 3.4.2), or neither. They lie next to each
   * other, and the same {@link #ring} tells of both.
   *
   * @return as {@link #submit}; {@link #FULL} when there is no room for two
   */
  int submitFused(NvmeRequest first, NvmeRequest second);

  /**
   * How many bytes of a request's data, from the first on, this queue could carry as they lie: all
   * of them, or fewer because of alignment, gaps, memory that the controller cannot reach, or the
   * length of what the queue was opened for; none when it cannot carry the metadata. Any shorter
   * beginning could be carried too, if its length is a multiple of 4.
   */
  long describable(NvmeRequest request);

  /** Tells the controller about everything that was submitted since; nothing to do if nothing. */
  void ring();

  /**
   * Takes completions and calls their owners, at most {@code budget}.
   *
   * @return how many there were, unknown ones included
   */
  int poll(int budget);

  /** Whether there is a completion to be taken. */
  boolean ready();

  /**
   * The controller does not look at the queue any more: it was disabled, it forgot the queue, or it
   * is gone. Nothing more is taken ({@link #FULL}) or told to it; what ended before can be polled,
   * what is in flight taken back.
   */
  void stop();

  /**
   * Takes the request that was submitted before all others out of the stopped queue: nobody was
   * told that it ended, and it still counts as in flight for its owner. Null when there is none.
   */
  NvmeRequest takeBack();

  /** Stops the queue and ends everything in flight with {@code status}. */
  default void endAll(int status) {
    stop();
    for (NvmeRequest request = takeBack(); request != null; request = takeBack()) {
      request.endTakenBack(status);
    }
  }

  /** The request in flight that was submitted before all others; null when there is none. */
  NvmeRequest oldest();

  /** The request that was submitted next after one that is in flight; null when there is none. */
  NvmeRequest newerThan(NvmeRequest request);

  /** The ids of the requests in flight that their owners do not want any more. */
  default int[] unwanted() {
    int[] ids = new int[inFlight()];
    int count = 0;
    for (NvmeRequest request = oldest(); request != null; request = newerThan(request)) {
      if (!request.isWanted()) {
        ids[count++] = request.commandId();
      }
    }
    return Arrays.copyOf(ids, count);
  }

  int inFlight();

  /** How many requests can be in flight. */
  int capacity();

  /** How many entries it was opened with. */
  int entries();

  /** The queue's id; 0 is the admin queue. */
  int id();

  /** Completions that belonged to nothing in flight since the queue was opened. */
  long unknownCompletions();

  /** What it did since it was opened. */
  QueueCounts counts();

  /**
   * Gives the queue's memory back. The controller must not use it any more: the queue was deleted,
   * or the controller disabled, or its DMA stopped.
   *
   * @throws IllegalStateException if requests are in flight
   */
  @Override
  void close();
}

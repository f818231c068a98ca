package io.vireo.nvme.transport;

/**
 * A submission queue and its completion queue, as one. Reactor thread only: one thread from opening
 * to closing.
 *
 * <p>Every accepted request is completed exactly once: by the controller's answer, or by {@link
 * #endAll}. An answer to anything that is not in flight completes nothing and is counted.
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
   * How many bytes of a request's data, from the first on, this queue could carry as they lie: all
   * of them, or fewer because of alignment, gaps, memory that the controller cannot reach, or the
   * length of what the queue was opened for. Any shorter beginning could be carried too, if its
   * length is a multiple of 4.
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

  /**
   * Ends everything in flight with {@code status}: the controller was reset, or is gone. Until it
   * returns, nothing new is taken ({@link #FULL}).
   */
  void endAll(int status);

  int inFlight();

  /** How many requests can be in flight. */
  int capacity();

  /** The queue's id; 0 is the admin queue. */
  int id();

  /** Completions that belonged to nothing in flight since the queue was opened. */
  long unknownCompletions();

  /**
   * Gives the queue's memory back. The controller must not use it any more: the queue was deleted,
   * or the controller disabled, or its DMA stopped.
   *
   * @throws IllegalStateException if requests are in flight
   */
  @Override
  void close();
}

package io.vireo.nvme;

import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.QueueCounts;
import io.vireo.nvme.transport.TransportQueue;
import java.util.function.IntSupplier;

/**
 * A submission and a completion queue, over any number of resets of their controller. Reactor
 * thread only: the one that polls it. Made, reopened and closed by {@link NvmeController}.
 *
 * <p>I/Os of a namespace go through {@link NamespaceQueue}. Here are the commands that their owner
 * put together, and what concerns all:
 *
 * <pre>
 *   int taken = pair.submit(request);   // SUBMITTED, or why not
 *   pair.ring();                        // once for all that were submitted
 *   pair.poll(budget, nowNs);           // calls the owners of what ended
 * </pre>
 *
 * <p><b>A reset</b>, with everything in flight sent again, or ended in place of that:
 *
 * <pre>
 *   control thread         this thread
 *                          pair.hold()       the controller is told of nothing more
 *   controller.disable()
 *                          pair.suspend()    what is in flight is taken back
 *                          pair.fail(status) if it is to end now, not to wait
 *   controller.enable()
 *   controller.reopen(pair)
 *                          pair.resume()     it is sent again, in order
 * </pre>
 *
 * <p>Nothing is lost: what the controller had not ended is sent again or ended by {@link #fail}.
 * Nothing ends twice: what is sent again is in a new queue, and the old one is read for the last
 * time by {@link #suspend}. And no command of before writes into data that its owner has again:
 * {@link #suspend} refuses while the controller may do DMA.
 */
public final class IoQueuePair {
  /** The blocks leave the namespace, or there are none of them. */
  public static final int OUT_OF_RANGE = -5;

  /** The data are not as long as the blocks. */
  public static final int WRONG_LENGTH = -6;

  /** The queue pair was failed and not yet resumed: nothing is taken, not even to wait. */
  public static final int FAILED = -7;

  /** The controller does not have that command, or not on that namespace. */
  public static final int UNSUPPORTED = -8;

  /** The most blocks of a command: NLB is 16 bits, from 0 (NVM 3.2.4). */
  public static final int MAX_BLOCKS = 65536;

  private final QueuePairOptions options;
  private final IntSupplier enabling; // the controller's, now
  private final IoSplitter splitter;
  private final WaitingIos waiting;
  private final TakenBack takenBack;
  private final Timeouts timeouts;
  private TransportQueue queue;
  private QueueCounts before = QueueCounts.NONE; // of queues before that one
  private int generation; // which enabling of the controller the queue was made under
  private int refusal; // of every submission; SUBMITTED: none, it runs
  private boolean detached; // from suspend to resume the queue is the control thread's

  IoQueuePair(IntSupplier enabling, TransportQueue queue, QueuePairOptions options, long nowNs) {
    this.enabling = enabling;
    this.options = options;
    this.queue = queue;
    this.generation = enabling.getAsInt();
    this.splitter = new IoSplitter(this, queue.capacity(), options.buffers());
    this.waiting = new WaitingIos(splitter);
    this.takenBack = new TakenBack(queue.capacity());
    this.timeouts = new Timeouts(this, nowNs);
  }

  /**
   * Submits a command that the owner put together itself. Unlike I/Os it does not wait.
   *
   * @return as {@link TransportQueue#submit}, FULL also while it is suspended; {@link #FAILED}
   */
  public int submit(NvmeRequest request) {
    int taken = refusal != TransportQueue.SUBMITTED ? refusal : queue.submit(request);
    if (taken == TransportQueue.SUBMITTED) {
      request.submittedNs(timeouts.nowNs());
    }
    return taken;
  }

  long describable(NvmeRequest request) {
    return queue.describable(request);
  }

  boolean isSuspended() {
    return detached;
  }

  int room() {
    return refusal != TransportQueue.SUBMITTED ? 0 : queue.capacity() - queue.inFlight();
  }

  /** Submits the two commands of a fused operation (Base 3.4.2) side by side, or neither. */
  public int submitFused(NvmeRequest first, NvmeRequest second) {
    int taken = refusal != TransportQueue.SUBMITTED ? refusal : queue.submitFused(first, second);
    if (taken == TransportQueue.SUBMITTED) {
      first.submittedNs(timeouts.nowNs());
      second.submittedNs(timeouts.nowNs());
    }
    return taken;
  }

  /** One doorbell for all that was submitted since the last one. */
  public void ring() {
    if (!detached) {
      queue.ring();
    }
  }

  /**
   * Takes at most {@code budget} completions and calls their owners; sends I/Os that waited for
   * room; tells of requests that take too long.
   *
   * @param nowNs as {@link System#nanoTime}; also the time of what is submitted until the next poll
   */
  public int poll(int budget, long nowNs) {
    int taken = poll(budget);
    timeouts.advance(detached ? null : queue, nowNs);
    return taken;
  }

  public int poll(int budget) {
    if (detached) {
      return 0;
    }
    int taken = queue.poll(budget);
    if (!waiting.isEmpty() || refusal != TransportQueue.SUBMITTED) {
      goOn();
    }
    return taken;
  }

  /** Whether a poll may find something to do; other than that only completions give it any. */
  public boolean ready() {
    return hasWaiting() || !takenBack.isEmpty() || queue.ready();
  }

  /** Sends what waits: first what was sent before already. When an owner throws: as far as it. */
  private void goOn() {
    try {
      if (refusal != TransportQueue.SUBMITTED && takenBack.resubmit(queue, timeouts.nowNs())) {
        refusal = TransportQueue.SUBMITTED;
      }
      if (refusal == TransportQueue.SUBMITTED) {
        waiting.advance();
      }
    } finally {
      queue.ring();
    }
  }

  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  /** Takes an I/O that did not become one command at once. */
  int take(NvmeIo io) {
    return refusal == FAILED ? FAILED : waiting.take(io, refusal == TransportQueue.SUBMITTED);
  }

  /** Has {@link #poll(int, long)} tell of requests in flight for longer than that; 0: no more. */
  public void watch(long limitNs, TimeoutListener listener) {
    timeouts.limit(limitNs, listener);
  }

  /** Tells somebody now of all that are, in the order of their submission. */
  public void visitLate(TimeoutListener visitor) {
    timeouts.visit(detached ? null : queue, visitor);
  }

  /** The controller is told of nothing more; what it still ends is taken, what comes waits. */
  public void hold() {
    queue.stop();
  }

  /**
   * Takes everything back from the disabled controller; it waits for {@link #resume} or {@link
   * #fail}, and so does every I/O that comes meanwhile. What had ended before ends now. What owners
   * throw comes out when everything is done.
   *
   * @throws IllegalStateException if the controller may still work on it
   */
  public void suspend() {
    if (enabling.getAsInt() == generation) {
      throw new IllegalStateException("the controller still has the queue: disable it first");
    }
    refusal = refusal == FAILED ? FAILED : TransportQueue.FULL;
    takeAllBack();
  }

  private void takeAllBack() {
    if (!detached) {
      detached = true;
      takenBack.takeAll(queue);
    }
  }

  /**
   * Ends cancelled I/Os ({@link NvmeIo#cancel}) as aborted by the host, as far as the controller
   * does not have them; answers the ids of their commands that it has, for aborts.
   */
  public int[] endUnwanted() {
    try {
      takenBack.endUnwanted();
    } finally {
      waiting.endUnwanted(NvmeStatus.ABORTED_BY_HOST);
    }
    return detached ? new int[0] : queue.unwanted();
  }

  /**
   * Ends everything that was taken back or waits with {@code status}. Nothing is taken any more
   * until {@link #resume}: {@link #FAILED}. It is suspended.
   */
  public void fail(int status) {
    if (!detached) {
      throw new IllegalStateException("queue pair %d is not suspended".formatted(id()));
    }
    refusal = FAILED;
    try {
      takenBack.end(status);
    } finally {
      waiting.end(status);
    }
  }

  /** Sends everything again that was taken back, then what waits; it was reopened. */
  public void resume() {
    if (enabling.getAsInt() != generation) {
      throw new IllegalStateException("queue pair %d was not reopened".formatted(id()));
    }
    detached = false;
    refusal = TransportQueue.FULL;
    goOn();
  }

  void end() {
    refusal = FAILED;
    try {
      takeAllBack();
    } finally {
      fail(NvmeStatus.ABORTED_BY_HOST);
    }
  }

  /** Goes on with another queue once it is resumed. */
  void reopened(TransportQueue fresh) {
    before = before.plus(queue.counts());
    queue = fresh;
    generation = enabling.getAsInt();
  }

  /** Requests that the controller has, or that were taken back. */
  public int inFlight() {
    return (detached ? 0 : queue.inFlight()) + takenBack.size();
  }

  /** How many requests can be in flight. */
  public int capacity() {
    return queue.capacity();
  }

  /** The queue's id at the controller, from 1. */
  public int id() {
    return queue.id();
  }

  /** What became of I/Os that were not one command in place. */
  public IoCounters counters() {
    return splitter.counters();
  }

  /** Over all resets. */
  public QueueCounts counts() {
    return before.plus(queue.counts());
  }

  QueuePairOptions options() {
    return options;
  }

  TransportQueue queue() {
    return queue;
  }

  int generation() {
    return generation;
  }
}

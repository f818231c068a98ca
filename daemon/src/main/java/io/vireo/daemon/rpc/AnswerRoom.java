package io.vireo.daemon.rpc;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that answers of all clients may take, however many ask and do not read. Long answers
 * wait in chunks of it until they are read.
 *
 * <p>One long answer is written at a time, so that none waits half-written for another. When the
 * room is full its writer waits for the others' readers; one who has read nothing for some time is
 * disconnected then, the one who has been idle for longest first. Any thread.
 */
final class AnswerRoom {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerRoom.class);

  /** The longest answer of the field's targets. */
  private static final long LEAST_BYTES = 32 << 20;

  private static final int SHARE_OF_HEAP = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final int chunks;
  private final long patienceNs;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int taken; // guarded by lock, as all below
  private AnswerOutput writer;
  private int writersOwn;

  /** Who has to read, and when he last did; the longest ago first. */
  private final LinkedHashMap<AnswerOutput, Long> readers = new LinkedHashMap<>();

  /** A quarter of the heap, at least as much as the field's longest answer. */
  AnswerRoom() {
    this(Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP), PATIENCE);
  }

  /**
   * @param patience how long nothing need be read while others wait
   */
  AnswerRoom(long bytes, Duration patience) {
    chunks = (int) Math.min(Integer.MAX_VALUE, bytes / AnswerOutput.CHUNK_BYTES);
    patienceNs = patience.toNanos();
  }

  /**
   * Waits for room for one more chunk of an answer that is being written.
   *
   * @throws RpcException when the answer needs more than there is, or the thread is interrupted
   */
  void take(AnswerOutput output) {
    lock.lock();
    try {
      while (writer != null && writer != output) {
        changed.await();
      }
      writer = output;
      awaitRoom();
      taken++;
      writersOwn++;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RpcException(RpcException.INTERNAL_ERROR, "Internal error: the target ends", e);
    } finally {
      lock.unlock();
    }
  }

  private void awaitRoom() throws InterruptedException {
    while (taken == chunks) {
      if (writersOwn == chunks) {
        throw new RpcException(
            RpcException.INTERNAL_ERROR,
            "Internal error: the answer has more than %d bytes"
                .formatted((long) chunks * AnswerOutput.CHUNK_BYTES));
      }
      Map.Entry<AnswerOutput, Long> eldest = readers.firstEntry();
      if (eldest == null) {
        changed.await(); // one who was disconnected is still giving back
      } else {
        awaitReader(eldest.getKey(), patienceNs - (System.nanoTime() - eldest.getValue()));
      }
    }
  }

  private void awaitReader(AnswerOutput reader, long leftNs) throws InterruptedException {
    if (leftNs <= 0) {
      disconnect(reader);
      return;
    }
    int before = taken;
    for (long ns = leftNs; taken == before && ns > 0; ) {
      ns = changed.awaitNanos(ns);
    }
  }

  /** The reader's own thread gives back what he had, as soon as it sees that. */
  private void disconnect(AnswerOutput reader) throws InterruptedException {
    LOG.warn(
        "an RPC client is disconnected: it does not read its answer, and others wait for theirs");
    readers.remove(reader);
    reader.disconnect();
    int before = taken;
    while (taken == before) {
      changed.await();
    }
  }

  /** The answer is whole; its reader's turn. */
  void written(AnswerOutput output) {
    lock.lock();
    try {
      done(output);
      readers.put(output, System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Chunks have been read, or are not needed.
   *
   * @param left how many the same answer still takes
   */
  void giveBack(AnswerOutput output, int count, int left) {
    lock.lock();
    try {
      done(output);
      taken -= count;
      boolean reads = readers.remove(output) != null;
      if (reads && left > 0) {
        readers.put(output, System.nanoTime()); // the last to be disconnected
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void done(AnswerOutput output) {
    if (writer == output) {
      writer = null;
      writersOwn = 0;
      changed.signalAll();
    }
  }
}

package io.vireo.nvme.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/** Queues as the controller sees them, and the ends that it still has to tell. */
final class ModelQueues {
  private static final int SQE_BYTES = 64;
  private static final int CQE_BYTES = 16;

  private static final class SubmissionRing {
    final long base;
    final int entries;
    final int cqId;
    int head;

    SubmissionRing(long base, int entries, int cqId) {
      this.base = base;
      this.entries = entries;
      this.cqId = cqId;
    }
  }

  private static final class CompletionRing {
    final long base;
    final int entries;
    final int vector;
    int tail;
    int phase = 1;

    CompletionRing(long base, int entries, int vector) {
      this.base = base;
      this.entries = entries;
      this.vector = vector;
    }
  }

  /** The end of a command, to be told in that step or later. */
  record Ending(
      Command command, int commandId, int status, long result, long dueStep, boolean flaw) {}

  /** Executes a command that was fetched. */
  interface Executor {
    void execute(Command command);
  }

  private final HostView host;
  private final ModelDoorbells doorbells;
  private final Map<Integer, SubmissionRing> sqs = new TreeMap<>();
  private final Map<Integer, CompletionRing> cqs = new HashMap<>();
  private final List<Ending> endings = new ArrayList<>();
  private IntConsumer interrupted = vector -> {};
  private long fetched;

  ModelQueues(HostView host, ModelDoorbells doorbells) {
    this.host = host;
    this.doorbells = doorbells;
  }

  void clear() {
    doorbells.reset();
    for (int qid : sqs.keySet()) {
      doorbells.clear(qid, false);
    }
    for (int qid : cqs.keySet()) {
      doorbells.clear(qid, true);
    }
    sqs.clear();
    cqs.clear();
    endings.clear();
  }

  boolean hasSq(int qid) {
    return sqs.containsKey(qid);
  }

  boolean hasCq(int qid) {
    return cqs.containsKey(qid);
  }

  boolean cqIsUsed(int qid) {
    return sqs.values().stream().anyMatch(sq -> sq.cqId == qid);
  }

  void addSq(int qid, long base, int entries, int cqId) {
    doorbells.clear(qid, false);
    sqs.put(qid, new SubmissionRing(base, entries, cqId));
  }

  /**
   * @param vector which interrupt tells of completions; -1: none
   */
  void addCq(int qid, long base, int entries, int vector) {
    doorbells.clear(qid, true);
    cqs.put(qid, new CompletionRing(base, entries, vector));
  }

  /** What was in flight there ends as aborted, at once. */
  void removeSq(int qid) {
    for (Ending ending : List.copyOf(endings)) {
      if (ending.command().sqId() == qid) {
        endings.remove(ending);
        tell(
            new Ending(
                ending.command(),
                ending.commandId(),
                CommandFailure.ABORTED_SQ_DELETION,
                0,
                0,
                false));
      }
    }
    sqs.remove(qid);
  }

  void removeCq(int qid) {
    cqs.remove(qid);
  }

  void end(Ending ending) {
    endings.add(ending);
  }

  /** Takes out the end of a command that was not told yet; null when there is none. */
  Ending cancel(int sqId, int commandId) {
    for (Ending ending : endings) {
      if (ending.command().sqId() == sqId && ending.commandId() == commandId) {
        endings.remove(ending);
        return ending;
      }
    }
    return null;
  }

  /** Fetches what the doorbells tell of. */
  int fetch(Executor executor) {
    int before = (int) fetched;
    for (int qid : List.copyOf(sqs.keySet())) {
      SubmissionRing sq = sqs.get(qid);
      if (sq == null) {
        continue; // deleted by a command before
      }
      int tail = doorbells.sqTail(qid, sq.head);
      if (tail < 0 || tail >= sq.entries) {
        throw new IllegalStateException(
            "doorbell of SQ %d is %d of %d entries".formatted(qid, tail, sq.entries));
      }
      while (sq.head != tail && sqs.get(qid) == sq) {
        long sqe = sq.base + (long) sq.head * SQE_BYTES;
        sq.head = (sq.head + 1) % sq.entries;
        fetched++;
        executor.execute(Command.fetch(host, sqe, qid, sq.head));
      }
    }
    return (int) fetched - before;
  }

  /** Tells the ends that are due, as far as there is room. */
  int tellDue(long step, long reorderSeed) {
    List<Ending> due = new ArrayList<>();
    for (Ending ending : endings) {
      if (ending.dueStep() <= step) {
        due.add(ending);
      }
    }
    if (reorderSeed != 0) {
      Collections.shuffle(due, new Random(reorderSeed + step));
    }
    int told = 0;
    for (Ending ending : due) {
      if (tell(ending)) {
        endings.remove(ending);
        told++;
      }
    }
    return told;
  }

  private boolean tell(Ending ending) {
    int sqId = ending.command().sqId();
    SubmissionRing sq = sqs.get(sqId);
    CompletionRing cq = sq == null ? null : cqs.get(sq.cqId);
    if (cq == null) {
      return true;
    }
    int next = (cq.tail + 1) % cq.entries;
    if (next == doorbells.cqHead(sq.cqId)) {
      return false; // full
    }
    int phase = ending.flaw() ? cq.phase ^ 1 : cq.phase;
    int dw3 = ending.status() << 17 | phase << 16 | ending.commandId();
    long cqe = cq.base + (long) cq.tail * CQE_BYTES;
    host.putCompletion(cqe, ending.result(), sqId << 16 | ending.command().sqHead(), dw3);
    if (!ending.flaw()) {
      cq.tail = next;
      cq.phase ^= next == 0 ? 1 : 0;
      interrupted.accept(cq.vector);
    }
    return true;
  }

  /** Doorbells are in memory from now on. */
  void shadow(long shadowIova, long eventsIova) {
    doorbells.shadow(shadowIova, eventsIova, sqs.keySet());
  }

  void onInterrupt(IntConsumer newListener) {
    interrupted = newListener;
  }

  /** How many commands were fetched since the model was made. */
  long fetched() {
    return fetched;
  }
}

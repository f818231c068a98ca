package io.vireo.nvme.model;

import io.vireo.linux.Mem;
import java.util.HashSet;
import java.util.Set;

/**
 * Doorbells: registers, or memory in their place (Base 5.8). With those in memory the controller
 * sleeps on a submission queue that has nothing new, as far as it told in the event index, and
 * wakes by a store to the register only.
 */
final class ModelDoorbells {
  private final HostView host;
  private final ModelRegisters registers;
  private final int stride;
  private final Set<Integer> awake = new HashSet<>();
  private long shadow; // 0: registers
  private long events;

  ModelDoorbells(HostView host, ModelRegisters registers, int doorbellStride) {
    this.host = host;
    this.registers = registers;
    this.stride = 4 << doorbellStride;
  }

  /** As after a reset. */
  void reset() {
    shadow = 0;
    awake.clear();
  }

  void shadow(long shadowIova, long eventsIova, Set<Integer> queues) {
    shadow = shadowIova;
    events = eventsIova;
    awake.addAll(queues);
  }

  private long offset(int qid, boolean completion) {
    return (2L * qid + (completion ? 1 : 0)) * stride;
  }

  /** A new queue's. */
  void clear(int qid, boolean completion) {
    registers.clearDoorbell(qid, completion, shadow == 0 ? 0 : ModelRegisters.NOT_RUNG);
    awake.remove(qid);
  }

  /** The tail of a queue whose head is there, as far as the controller knows. */
  int sqTail(int qid, int head) {
    if (shadow == 0) {
      return registers.sqTail(qid);
    }
    if (registers.takeRing(qid)) {
      awake.add(qid);
    }
    if (!awake.contains(qid)) {
      return head;
    }
    long at = offset(qid, false);
    if (host.getInt(shadow + at) == head) {
      host.putInt(events + at, head);
      Mem.fullFence();
      if (host.getInt(shadow + at) == head) {
        awake.remove(qid);
      }
    }
    return host.getInt(shadow + at);
  }

  int cqHead(int qid) {
    return shadow == 0 ? registers.cqHead(qid) : host.getInt(shadow + offset(qid, true));
  }
}

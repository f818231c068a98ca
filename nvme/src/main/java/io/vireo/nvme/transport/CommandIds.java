package io.vireo.nvme.transport;

/**
 * The requests in flight on a queue, by command id. Reactor thread only.
 *
 * <p>An id is a slot and, in the bits above, how often the slot was used: an answer that comes
 * twice, or long after its request was given up, meets another request in the slot and is told from
 * the right one.
 *
 * <pre>
 *   15         s s-1     0      s: bits that number the slots
 *   |   use     |  slot  |
 * </pre>
 *
 * <p>FFFFh is never an id: the error log uses it for "no command" (Base 5.16.1.2).
 */
final class CommandIds {
  private static final int ID_MASK = 0xffff;

  private final NvmeRequest[] requests;
  private final int[] ids; // of each slot, in flight or next
  private final int[] free; // a stack: the slot that was used last is still in the cache
  private final int slotMask;
  private int freeSlots;

  CommandIds(int slots) {
    requests = new NvmeRequest[slots];
    ids = new int[slots];
    free = new int[slots];
    slotMask = Math.max(1, Integer.highestOneBit(slots - 1) * 2) - 1;
    for (int i = 0; i < slots; i++) {
      ids[i] = i;
      free[i] = slots - 1 - i;
    }
    freeSlots = slots;
  }

  boolean isFull() {
    return freeSlots == 0;
  }

  int inFlight() {
    return ids.length - freeSlots;
  }

  int capacity() {
    return ids.length;
  }

  /** The slot that {@link #take} will take; there is one free. */
  int nextSlot() {
    return free[freeSlots - 1];
  }

  /** Puts a request into {@link #nextSlot}; answers its command id. */
  int take(NvmeRequest request) {
    int slot = free[--freeSlots];
    requests[slot] = request;
    return ids[slot];
  }

  /** Takes out the request with that id; null when it is not in flight. */
  NvmeRequest release(int commandId) {
    int slot = commandId & slotMask;
    return slot < ids.length && ids[slot] == commandId ? releaseSlot(slot) : null;
  }

  /** Takes out the request in that slot; null when there is none. */
  NvmeRequest releaseSlot(int slot) {
    NvmeRequest request = requests[slot];
    if (request != null) {
      free(slot);
    }
    return request;
  }

  private void free(int slot) {
    requests[slot] = null;
    int next = ids[slot] + slotMask + 1 & ID_MASK;
    ids[slot] = next == ID_MASK ? slot : next;
    free[freeSlots++] = slot;
  }
}

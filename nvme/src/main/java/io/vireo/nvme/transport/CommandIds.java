package io.vireo.nvme.transport;

/**
 * The requests in flight on a queue, by command id and in the order of their submission. Reactor
 * thread only.
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
 *
 * <p>The order is a ring of slots with one place more, where it begins and ends. Numbers, not
 * references in the requests: a reference that is stored costs the collector's barrier.
 */
final class CommandIds {
  private static final int ID_MASK = 0xffff;

  private final NvmeRequest[] requests; // and null in the place more
  private final int[] ids; // of each slot, in flight or next
  private final int[] free; // a stack: the slot that was used last is still in the cache
  private final int[] older; // of each slot in flight
  private final int[] newer;
  private final int ends; // the place more
  private final int slotMask;
  private int freeSlots;

  CommandIds(int slots) {
    requests = new NvmeRequest[slots + 1];
    ids = new int[slots];
    free = new int[slots];
    older = new int[slots + 1];
    newer = new int[slots + 1];
    ends = slots;
    older[ends] = ends;
    newer[ends] = ends;
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
    return ends - freeSlots;
  }

  int capacity() {
    return ends;
  }

  /** The slot that {@link #take} will take after so many others; there is one free. */
  int nextSlot(int ahead) {
    return free[freeSlots - 1 - ahead];
  }

  /** Puts a request into the next slot; answers its command id. */
  int take(NvmeRequest request) {
    int slot = free[--freeSlots];
    requests[slot] = request;
    int last = older[ends];
    older[slot] = last;
    newer[slot] = ends;
    newer[last] = slot;
    older[ends] = slot;
    return ids[slot];
  }

  /** Takes out the request with that id; null when it is not in flight. */
  NvmeRequest release(int commandId) {
    int slot = commandId & slotMask;
    return slot < ends && ids[slot] == commandId ? releaseSlot(slot) : null;
  }

  /** Takes out the request that was submitted before all others; null when there is none. */
  NvmeRequest releaseOldest() {
    return releaseSlot(newer[ends]);
  }

  private NvmeRequest releaseSlot(int slot) {
    NvmeRequest request = requests[slot];
    if (request != null) {
      free(slot);
    }
    return request;
  }

  private void free(int slot) {
    requests[slot] = null;
    newer[older[slot]] = newer[slot];
    older[newer[slot]] = older[slot];
    int next = ids[slot] + slotMask + 1 & ID_MASK;
    ids[slot] = next == ID_MASK ? slot : next;
    free[freeSlots++] = slot;
  }

  /** The request that was submitted before all others; null when there is none. */
  NvmeRequest oldest() {
    return requests[newer[ends]];
  }

  /** The request that was submitted next after the one in flight with that id; null: none. */
  NvmeRequest newerThan(int commandId) {
    return requests[newer[commandId & slotMask]];
  }
}

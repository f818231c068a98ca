package io.vireo.virtio.queue;

import io.vireo.memreg.GuestMemory;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.VirtioFeatures;
import java.util.Optional;

/**
 * Host addresses of the three parts of a split ring, each of which lies in one memory region and is
 * aligned as virtio 1.3, 2.7 asks.
 */
public record RingAddresses(long desc, long avail, long used) {

  /** Where a queue's ring lies in {@code table}; empty when it does not, or not aligned. */
  static Optional<RingAddresses> find(GuestMemory table, QueueConfig config) {
    boolean eventIdx = config.has(VirtioFeatures.EVENT_IDX);
    return find(
        table, config.size(), eventIdx, config.descUva(), config.availUva(), config.usedUva());
  }

  /** Finds a ring by its front-end virtual addresses; empty when the table does not hold it. */
  public static Optional<RingAddresses> find(
      GuestMemory memory, int size, boolean eventIdx, long descUva, long availUva, long usedUva) {
    long desc = memory.ringHva(descUva, (long) size * Descriptor.BYTES, Descriptor.BYTES);
    long avail = memory.ringHva(availUva, AvailRing.bytes(size, eventIdx), AvailRing.ALIGNMENT);
    long used = memory.ringHva(usedUva, UsedRing.bytes(size, eventIdx), UsedRing.ALIGNMENT);
    return desc == 0 || avail == 0 || used == 0
        ? Optional.empty()
        : Optional.of(new RingAddresses(desc, avail, used));
  }
}

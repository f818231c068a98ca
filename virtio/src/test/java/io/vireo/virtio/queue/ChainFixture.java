package io.vireo.virtio.queue;

import io.vireo.linux.Mem;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.VirtioFeatures;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;

/** A ring in two adjacent memory regions, and a walk over its chains. */
abstract class ChainFixture {
  static final int SIZE = 8;
  static final int LEAST_MAXIMUM = 20;
  static final long REGION = 1 << 16;
  static final int NEXT = Descriptor.F_NEXT;
  static final int WRITE = Descriptor.F_WRITE;
  static final int INDIRECT = Descriptor.F_INDIRECT;

  /** Two regions that adjoin for the guest only. */
  final GuestRam ram = GuestRam.of(REGION, REGION);

  final TestRing ring = new TestRing(SIZE, VirtioFeatures.INDIRECT_DESC, 0, ram);
  final long data = ram.allocate(4096);
  final long table = ram.allocate(4096);
  final DescriptorWalk walk = walk(true);

  DescriptorWalk walk(boolean indirect) {
    return new DescriptorWalk(ring.queue, ram.table().translator(), indirect, LEAST_MAXIMUM);
  }

  @AfterEach
  void close() {
    ring.close();
  }

  void desc(int index, long gpa, long len, int flags, int next) {
    Descriptor.put(ring.queue.descriptors() + 16L * index, gpa, len, flags, next);
  }

  void entry(int index, long gpa, long len, int flags, int next) {
    entry(table, index, gpa, len, flags, next);
  }

  void entry(long at, int index, long gpa, long len, int flags, int next) {
    try (Arena arena = Arena.ofConfined()) {
      long copy = arena.allocate(16).address();
      Descriptor.put(copy, gpa, len, flags, next);
      byte[] bytes = new byte[16];
      Mem.copy(copy, bytes, 0, 16);
      ram.put(at + 16L * index, bytes);
    }
  }
}

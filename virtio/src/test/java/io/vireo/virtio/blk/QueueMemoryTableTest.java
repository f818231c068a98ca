package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.linux.Mem;
import io.vireo.memreg.GuestMemory;
import io.vireo.memreg.GuestRegion;
import io.vireo.memreg.HostMemory;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.queue.UsedRing;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Memory tables that change while requests are in flight. */
class QueueMemoryTableTest extends BlkQueueFixture {
  @Test
  void a_memory_table_without_requests_in_flight_is_free_at_once() {
    assertThat(disk.memory(disk.ram.table())).isTrue();
    assertThat(disk.run(read())).isEqualTo(BlkStatus.OK);
  }

  @Test
  void an_older_memory_table_is_free_when_its_last_request_has_ended() {
    usePending();
    int older = read();
    disk.run();
    boolean[] released = new boolean[2];
    disk.queue.memory(disk.ram.table(), () -> released[0] = true);
    read();
    disk.run();
    disk.queue.memory(disk.ram.table(), () -> released[1] = true);
    disk.bdev.completeLast(IoStatus.OK);
    disk.settle();
    assertThat(released).containsExactly(false, false);
    disk.bdev.complete(IoStatus.OK);
    assertThat(released).containsExactly(true, true);
    disk.settle();
    disk.driver.poll();
    assertThat(disk.driver.poll()).isEqualTo(older);
  }

  @Test
  void an_answer_goes_to_the_table_its_request_began_under_and_the_used_entry_to_the_new_ring() {
    usePending();
    int tag = read();
    disk.run();
    try (HostMemory moved =
        HostMemory.allocate(
            disk.ram.regions().getFirst().bytes(), "test-moved", HostMemory.HugePages.NEVER)) {
      GuestRegion old = disk.ram.regions().getFirst();
      Mem.copy(old.hva(), moved.address(), old.bytes());
      boolean[] released = new boolean[1];
      GuestMemory next =
          GuestMemory.of(
              List.of(GuestRegion.over(old.gpa(), old.bytes(), old.uva(), moved.address())));
      disk.queue.memory(next, () -> released[0] = true);
      assertThat(released[0]).isFalse();
      disk.bdev.complete(IoStatus.OK);
      assertThat(released[0]).isTrue();
      disk.settle();
      assertThat(disk.driver.status(tag)).isEqualTo(BlkStatus.OK);
      assertThat(UsedRing.idx(used())).as("the old ring is left alone").isZero();
      long movedUsed = moved.address() + (used() - old.hva());
      assertThat(UsedRing.idx(movedUsed)).isEqualTo(1);
      assertThat(disk.memory(disk.ram.table())).isTrue();
    }
  }

  @Test
  void a_memory_table_without_the_ring_breaks_the_queue_and_is_taken_all_the_same() {
    usePending();
    int answered = read();
    read();
    disk.run();
    disk.bdev.complete(IoStatus.OK); // pushed, not yet published
    boolean[] released = new boolean[1];
    disk.queue.memory(GuestMemory.EMPTY, () -> released[0] = true);
    assertThat(disk.breaks).containsExactly(BreakReason.RING_NOT_MAPPED);
    assertThat(disk.driver.poll()).as("while the ring was there").isEqualTo(answered);
    assertThat(released[0]).isFalse();
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(released[0]).isTrue();
    assertThat(disk.driver.poll()).as("no entry into a ring that is gone").isEqualTo(-1);
    assertThat(disk.queue.parkable()).isTrue();
    disk.queue.arm();
    disk.queue.disarm();
    assertThat(disk.queue.ready()).isFalse();
  }

  @Test
  void a_request_uses_the_table_that_is_in_force_when_it_is_taken() {
    long data = disk.ram.allocate(512);
    disk.driver.read(0, data, 512);
    disk.split.publish();
    try (GuestRam other = GuestRam.of(4096)) {
      GuestRegion ring = disk.ram.regions().getFirst();
      GuestRegion elsewhere =
          GuestRegion.over(
              GuestRam.GPA + (1L << 30), 4096, 0x1000, other.regions().getFirst().hva());
      disk.bdev.store(0, new byte[] {42});
      assertThat(disk.memory(GuestMemory.of(List.of(ring, elsewhere)))).isTrue();
      disk.settle();
      assertThat(disk.driver.poll()).isNotNegative();
      assertThat(disk.run(disk.driver.read(0, GuestRam.GPA + (1L << 30), 512)))
          .isEqualTo(BlkStatus.OK);
      assertThat(other.get(GuestRam.GPA, 1)).containsExactly(42);
      assertThat(disk.memory(disk.ram.table())).isTrue();
    }
    disk.driver.read(0, GuestRam.GPA + (1L << 30), 512);
    disk.run();
    assertThat(disk.breaks).containsExactly(BreakReason.ADDRESS_NOT_MAPPED);
  }
}

package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.Descriptor;
import io.vireo.virtio.queue.UsedRing;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A ring that a driver has made nonsense of costs the driver that queue, and nobody else. */
class BrokenQueueTest {
  private static final int SIZE = 16;

  private final TestDisk healthy = TestDisk.with().build();

  @AfterEach
  void close() {
    healthy.close();
  }

  private static long avail(TestDisk disk) {
    return disk.ram.hva(disk.ringGpa + disk.ring.avail());
  }

  private static long used(TestDisk disk) {
    return disk.ram.hva(disk.ringGpa + disk.ring.used());
  }

  private static void desc(TestDisk disk, int index, long gpa, long len, int flags, int next) {
    long table = disk.ram.hva(disk.ringGpa + disk.ring.desc());
    Descriptor.put(table + 16L * index, gpa, len, flags, next);
  }

  /** Puts a head into the avail ring behind the driver's back. */
  private static void head(TestDisk disk, int slot, int head) {
    AvailRing.entry(avail(disk), slot & (SIZE - 1), head);
    AvailRing.idx(avail(disk), slot + 1);
  }

  /**
   * Lets a hostile driver do something after a good request was answered and one is in flight, and
   * checks what a broken queue must do.
   */
  private void breaks(BreakReason reason, Consumer<TestDisk> hostile) {
    breaks(reason, TestDisk.LINUX, hostile);
  }

  private void breaks(BreakReason reason, long features, Consumer<TestDisk> hostile) {
    try (TestDisk disk =
        TestDisk.with()
            .features(features)
            .bdev(new PendingBdev("hostile", 512, 2048))
            .beside(healthy)
            .build()) {
      disk.split.readable(disk.header(BlkType.IN, 0), 16);
      disk.split.writable(disk.ram.allocate(512), 512);
      final long status = disk.status();
      disk.split.writable(status, 1);
      disk.split.offer();
      disk.run();
      hostile.accept(disk);
      disk.settle();
      assertThat(disk.breaks).containsExactly(reason);
      assertThat(disk.queue.broken()).isEqualTo(reason);
      assertThat(healthy.run(healthy.driver.read(0, healthy.ram.allocate(512), 512)))
          .as("the other queue")
          .isEqualTo(BlkStatus.OK);
      final int usedIdx = UsedRing.idx(used(disk));
      final int nextAvail = disk.queue.nextAvail();
      disk.bdev.complete(IoStatus.OK);
      disk.settle();
      assertThat(disk.statusAt(status)).as("unanswered").isEqualTo(0xff);
      assertThat(UsedRing.idx(used(disk))).isEqualTo(usedIdx);
      assertThat(disk.queue.inFlight()).as("and drained").isZero();
      AvailRing.idx(avail(disk), nextAvail + 1); // a good index now
      disk.settle();
      assertThat(disk.queue.nextAvail()).as("broken is for good").isEqualTo(nextAvail);
      assertThat(disk.breaks).as("told once").hasSize(1);
      assertThat(disk.ram.canariesIntact()).isTrue();
    }
    assertThat(healthy.breaks).isEmpty();
  }

  @Test
  void an_avail_index_more_than_the_queue_size_ahead_2_7_13() {
    breaks(BreakReason.AVAIL_INDEX_TOO_FAR, disk -> AvailRing.idx(avail(disk), 1 + SIZE + 1));
    breaks(BreakReason.AVAIL_INDEX_TOO_FAR, disk -> AvailRing.idx(avail(disk), 0));
    breaks(BreakReason.AVAIL_INDEX_TOO_FAR, disk -> AvailRing.idx(avail(disk), 0x8000));
  }

  @Test
  void a_head_behind_the_end_of_the_table() {
    for (int head : new int[] {SIZE, SIZE + 1, 0x7fff, 0xffff}) {
      breaks(BreakReason.HEAD_OUT_OF_RANGE, disk -> head(disk, 1, head));
    }
  }

  @Test
  void a_head_that_is_in_flight() {
    breaks(BreakReason.HEAD_IN_FLIGHT, disk -> head(disk, 1, 0));
  }

  @Test
  void a_loop() {
    breaks(
        BreakReason.CHAIN_TOO_LONG,
        disk -> {
          desc(disk, 8, disk.ram.allocate(16), 16, Descriptor.F_NEXT, 9);
          desc(disk, 9, disk.ram.allocate(16), 16, Descriptor.F_NEXT, 8);
          head(disk, 1, 8);
        });
  }

  @Test
  void a_next_behind_the_end_of_the_table() {
    breaks(
        BreakReason.NEXT_OUT_OF_RANGE,
        disk -> {
          desc(disk, 8, disk.ram.allocate(16), 16, Descriptor.F_NEXT, SIZE);
          head(disk, 1, 8);
        });
  }

  @Test
  void an_address_that_is_not_the_guests() {
    for (long gpa : new long[] {0, -1, Long.MIN_VALUE, 0x1000}) {
      breaks(
          BreakReason.ADDRESS_NOT_MAPPED,
          disk -> {
            desc(disk, 8, gpa, 16, Descriptor.F_NEXT, 9);
            desc(disk, 9, disk.ram.allocate(512), 512, 3, 10);
            desc(disk, 10, disk.status(), 1, Descriptor.F_WRITE, 0);
            head(disk, 1, 8);
          });
    }
  }

  @Test
  void data_that_end_one_byte_behind_the_guests_memory() {
    breaks(
        BreakReason.ADDRESS_NOT_MAPPED,
        disk -> {
          desc(disk, 8, disk.header(BlkType.IN, 0), 16, Descriptor.F_NEXT, 9);
          desc(disk, 9, disk.ram.end() - 511, 512, 3, 10);
          desc(disk, 10, disk.status(), 1, Descriptor.F_WRITE, 0);
          head(disk, 1, 8);
        });
  }

  @Test
  void a_readable_buffer_behind_a_writable_one() {
    breaks(
        BreakReason.READABLE_AFTER_WRITABLE,
        disk -> {
          desc(disk, 8, disk.status(), 1, 3, 9);
          desc(disk, 9, disk.header(BlkType.FLUSH, 0), 16, 0, 0);
          head(disk, 1, 8);
        });
  }

  @Test
  void no_status_byte() {
    breaks(
        BreakReason.NO_STATUS_BYTE,
        disk -> {
          desc(disk, 8, disk.header(BlkType.FLUSH, 0), 16, 0, 0);
          head(disk, 1, 8);
        });
  }

  @Test
  void a_chain_of_more_than_2_to_the_32_bytes() {
    breaks(
        BreakReason.CHAIN_TOO_BIG,
        disk -> {
          desc(disk, 8, disk.ram.allocate(16), 16, Descriptor.F_NEXT, 9);
          desc(disk, 9, disk.ram.allocate(16), 0xffff_fff8L, 2, 0);
          head(disk, 1, 8);
        });
  }

  @Test
  void indirect_descriptors_of_every_wrong_kind() {
    breaks(
        BreakReason.INDIRECT_NOT_NEGOTIATED,
        TestDisk.LINUX & ~VirtioFeatures.INDIRECT_DESC,
        disk -> table(disk, 48, Descriptor.F_INDIRECT));
    breaks(
        BreakReason.INDIRECT_WITH_NEXT,
        disk -> table(disk, 48, Descriptor.F_INDIRECT | Descriptor.F_NEXT));
    breaks(BreakReason.INDIRECT_LENGTH, disk -> table(disk, 47, Descriptor.F_INDIRECT));
    breaks(BreakReason.INDIRECT_LENGTH, disk -> table(disk, 0, Descriptor.F_INDIRECT));
    breaks(
        BreakReason.INDIRECT_NESTED,
        disk -> {
          long inner = disk.ram.allocate(48);
          Descriptor.put(disk.ram.hva(inner), inner, 48, Descriptor.F_INDIRECT, 0);
          desc(disk, 8, inner, 48, Descriptor.F_INDIRECT, 0);
          head(disk, 1, 8);
        });
  }

  private static void table(TestDisk disk, long bytes, int flags) {
    desc(disk, 8, disk.ram.allocate(48), bytes, flags, 0);
    head(disk, 1, 8);
  }

  @Test
  void what_was_answered_in_the_same_lap_reaches_the_driver() {
    try (TestDisk disk = TestDisk.with().beside(healthy).build()) {
      final int tag = disk.driver.read(0, disk.ram.allocate(512), 512);
      disk.split.publish();
      disk.call.drain();
      head(disk, 1, SIZE);
      disk.settle();
      assertThat(disk.breaks).containsExactly(BreakReason.HEAD_OUT_OF_RANGE);
      assertThat(disk.driver.poll()).isEqualTo(tag);
      assertThat(disk.driver.status(tag)).isEqualTo(BlkStatus.OK);
      assertThat(disk.call.drain()).as("and interrupts it").isEqualTo(1);
    }
  }

  @Test
  void a_broken_queue_stops() {
    try (TestDisk disk = TestDisk.with().beside(healthy).build()) {
      head(disk, 0, SIZE);
      disk.settle();
      disk.stop();
      assertThat(disk.queue.nextAvail()).isZero();
    }
  }
}

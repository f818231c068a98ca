package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.virtio.BreakReason;
import io.vireo.virtio.GuestRam;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Chains that break their queue. */
class MalformedChainTest extends ChainFixture {
  @Test
  void a_gap_breaks_the_queue_wherever_it_is() {
    for (long gpa :
        new long[] {0, GuestRam.GPA - 1, ram.end(), -1, Long.MIN_VALUE, ram.end() - 1}) {
      desc(0, gpa, 2, 0, 0);
      assertThat(walk.read(0)).as("0x%x", gpa).isEqualTo(BreakReason.ADDRESS_NOT_MAPPED);
    }
    desc(0, data, 0xffff_ffffL, WRITE, 0);
    assertThat(walk.read(0)).isEqualTo(BreakReason.ADDRESS_NOT_MAPPED);
    desc(0, ram.end(), 32, INDIRECT, 0);
    assertThat(walk.read(0)).isEqualTo(BreakReason.ADDRESS_NOT_MAPPED);
    desc(0, ram.end() - 24, 32, INDIRECT, 0);
    entry(ram.end() - 24, 0, data, 1, NEXT, 1);
    assertThat(walk.read(0)).as("half a descriptor").isEqualTo(BreakReason.ADDRESS_NOT_MAPPED);
  }

  @Test
  void readable_after_writable_breaks_the_queue_2_7_4_2() {
    desc(0, data, 4, NEXT | WRITE, 1);
    desc(1, data + 8, 4, 0, 0);
    assertThat(walk.read(0)).isEqualTo(BreakReason.READABLE_AFTER_WRITABLE);
    desc(0, data, 0, NEXT | WRITE, 1);
    assertThat(walk.read(0)).as("empty").isEqualTo(BreakReason.READABLE_AFTER_WRITABLE);
  }

  @Test
  void a_loop_breaks_the_queue_2_7_5_1() {
    desc(0, data, 1, NEXT, 1);
    desc(1, data, 1, NEXT, 0);
    assertThat(walk.read(0)).isEqualTo(BreakReason.CHAIN_TOO_LONG);
    desc(2, data, 1, NEXT, 2);
    assertThat(walk.read(2)).as("itself").isEqualTo(BreakReason.CHAIN_TOO_LONG);
    desc(3, table, 32, INDIRECT, 0);
    entry(0, data, 0, NEXT, 1);
    entry(1, data, 0, NEXT, 0);
    assertThat(walk.read(3)).as("empty, in a table").isEqualTo(BreakReason.CHAIN_TOO_LONG);
  }

  @Test
  void a_chain_has_at_most_as_many_descriptors_as_the_larger_of_queue_and_minimum() {
    chainInTable(LEAST_MAXIMUM);
    assertThat(walk.read(0)).isNull();
    chainInTable(LEAST_MAXIMUM + 1);
    assertThat(walk.read(0)).isEqualTo(BreakReason.CHAIN_TOO_LONG);
    desc(1, data, 1, NEXT, 0); // one more in front of the table
    chainInTable(LEAST_MAXIMUM - 1);
    assertThat(walk.read(1)).isNull();
    chainInTable(LEAST_MAXIMUM);
    assertThat(walk.read(1)).isEqualTo(BreakReason.CHAIN_TOO_LONG);
    DescriptorWalk strict = new DescriptorWalk(ring.queue, ram.table().translator(), true, 0);
    chainInTable(SIZE);
    assertThat(strict.read(0)).isNull();
    chainInTable(SIZE + 1);
    assertThat(strict.read(0)).isEqualTo(BreakReason.CHAIN_TOO_LONG);
  }

  private void chainInTable(int length) {
    desc(0, table, 16L * length, INDIRECT, 0);
    IntStream.range(0, length).forEach(i -> entry(i, data, 1, i == length - 1 ? 0 : NEXT, i + 1));
  }

  @Test
  void next_behind_the_end_of_its_table_breaks_the_queue() {
    desc(0, data, 1, NEXT, SIZE);
    assertThat(walk.read(0)).isEqualTo(BreakReason.NEXT_OUT_OF_RANGE);
    desc(0, data, 1, NEXT, 0xffff);
    assertThat(walk.read(0)).isEqualTo(BreakReason.NEXT_OUT_OF_RANGE);
    desc(0, table, 32, INDIRECT, 0);
    entry(0, data, 1, NEXT, 2);
    assertThat(walk.read(0)).isEqualTo(BreakReason.NEXT_OUT_OF_RANGE);
  }

  @Test
  void a_table_is_refused_unless_negotiated_2_7_5_3_1() {
    desc(0, table, 16, INDIRECT, 0);
    entry(0, data, 1, 0, 0);
    assertThat(walk(false).read(0)).isEqualTo(BreakReason.INDIRECT_NOT_NEGOTIATED);
  }

  @Test
  void a_table_in_a_table_breaks_the_queue_2_7_5_3_1() {
    desc(0, table, 32, INDIRECT, 0);
    entry(0, table, 32, INDIRECT, 0);
    assertThat(walk.read(0)).isEqualTo(BreakReason.INDIRECT_NESTED);
    entry(0, data, 1, NEXT, 1);
    entry(1, table, 32, INDIRECT | WRITE, 0);
    assertThat(walk.read(0)).isEqualTo(BreakReason.INDIRECT_NESTED);
  }

  @Test
  void a_table_with_a_next_breaks_the_queue_2_7_5_3_1() {
    desc(0, table, 16, INDIRECT | NEXT, 1);
    assertThat(walk.read(0)).isEqualTo(BreakReason.INDIRECT_WITH_NEXT);
  }

  @Test
  void a_table_of_no_or_broken_length_breaks_the_queue() {
    for (long length : new long[] {0, 1, 15, 17, 0xffff_ffffL}) {
      desc(0, table, length, INDIRECT, 0);
      assertThat(walk.read(0)).as("%d", length).isEqualTo(BreakReason.INDIRECT_LENGTH);
    }
  }

  @Test
  void more_than_2_to_the_32_bytes_break_the_queue_2_7_5_1() {
    long gib = 1L << 30;
    for (int i = 0; i < 4; i++) {
      desc(i, data, gib, i == 3 ? 0 : NEXT, i + 1);
    }
    assertThat(walk.read(0)).as("exactly as many").isEqualTo(BreakReason.ADDRESS_NOT_MAPPED);
    try (GuestRam large = GuestRam.of(2L << 30);
        TestRing other = new TestRing(SIZE, 0, 0, large)) {
      DescriptorWalk big =
          new DescriptorWalk(other.queue, large.table().translator(), false, LEAST_MAXIMUM);
      for (int i = 0; i < 5; i++) {
        long bytes = i < 4 ? gib : 1;
        int flags = i < 4 ? NEXT : 0;
        Descriptor.put(other.queue.descriptors() + 16L * i, GuestRam.GPA, bytes, flags, i + 1);
      }
      assertThat(big.read(0)).isEqualTo(BreakReason.CHAIN_TOO_BIG);
      assertThat(big.read(1)).isNull();
      assertThat(big.readableBytes()).isEqualTo(3 * gib + 1);
    }
  }
}

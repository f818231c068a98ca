package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.VirtioFeatures;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DescriptorWalkTest {
  private static final int SIZE = 8;
  private static final int LEAST_MAXIMUM = 20;
  private static final long REGION = 1 << 16;
  private static final int NEXT = Descriptor.F_NEXT;
  private static final int WRITE = Descriptor.F_WRITE;
  private static final int INDIRECT = Descriptor.F_INDIRECT;

  /** Two regions that adjoin for the guest only. */
  private final GuestRam ram = GuestRam.of(REGION, REGION);

  private final long boundary = GuestRam.GPA + REGION;
  private final TestRing ring = new TestRing(SIZE, VirtioFeatures.INDIRECT_DESC, 0, ram);
  private final long data = ram.allocate(4096);
  private final long table = ram.allocate(4096);
  private final DescriptorWalk walk = walk(true);

  private DescriptorWalk walk(boolean indirect) {
    return new DescriptorWalk(ring.queue, ram.table().translator(), indirect, LEAST_MAXIMUM);
  }

  @AfterEach
  void close() {
    ring.close();
  }

  private void desc(int index, long gpa, long len, int flags, int next) {
    Descriptor.put(ring.queue.descriptors() + 16L * index, gpa, len, flags, next);
  }

  private void entry(int index, long gpa, long len, int flags, int next) {
    entry(table, index, gpa, len, flags, next);
  }

  private void entry(long at, int index, long gpa, long len, int flags, int next) {
    try (Arena arena = Arena.ofConfined()) {
      long copy = arena.allocate(16).address();
      Descriptor.put(copy, gpa, len, flags, next);
      byte[] bytes = new byte[16];
      Mem.copy(copy, bytes, 0, 16);
      ram.put(at + 16L * index, bytes);
    }
  }

  /** Offset of each piece from the start of {@code data} and its length. */
  private List<String> pieces() {
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < walk.pieces(); i++) {
      String kind = i < walk.readablePieces() ? "r" : "w";
      pieces.add(kind + (walk.hva(i) - ram.hva(data)) + "+" + walk.length(i));
    }
    return pieces;
  }

  @Test
  void a_direct_chain_is_followed_by_next_wherever_it_leads() {
    desc(5, data, 10, NEXT, 2);
    desc(2, data + 100, 20, NEXT | WRITE, 7);
    desc(7, data + 200, 30, WRITE, 0);
    assertThat(walk.read(5)).isNull();
    assertThat(pieces()).containsExactly("r0+10", "w100+20", "w200+30");
    assertThat(walk.readableBytes()).isEqualTo(10);
    assertThat(walk.writableBytes()).isEqualTo(50);
    assertThat(walk.lastWritableHva()).isEqualTo(ram.hva(data + 229));
  }

  @Test
  void buffers_that_adjoin_become_one_but_not_across_the_kinds() {
    desc(0, data, 10, NEXT, 1);
    desc(1, data + 10, 20, NEXT, 2);
    desc(2, data + 30, 5, NEXT | WRITE, 3);
    desc(3, data + 35, 5, WRITE, 0);
    assertThat(walk.read(0)).isNull();
    assertThat(pieces()).containsExactly("r0+30", "w30+10");
  }

  @Test
  void what_one_chain_left_behind_does_not_show_in_the_next() {
    desc(0, data, 10, NEXT, 3);
    desc(3, data + 100, 20, WRITE, 0);
    assertThat(walk.read(0)).isNull();
    desc(1, data, 1, 0, 0);
    assertThat(walk.read(1)).isNull();
    assertThat(pieces()).containsExactly("r0+1");
    assertThat(walk.writableBytes()).isZero();
    assertThat(walk.lastWritableHva()).isZero();
  }

  @Test
  void a_table_alone_2_7_5_3() {
    desc(3, table, 48, INDIRECT, 0);
    entry(0, data, 16, NEXT, 2);
    entry(2, data + 512, 512, NEXT | WRITE, 1);
    entry(1, data + 2000, 1, WRITE, 0);
    assertThat(walk.read(3)).isNull();
    assertThat(pieces()).containsExactly("r0+16", "w512+512", "w2000+1");
  }

  @Test
  void direct_descriptors_followed_by_a_table_2_7_5_3_2() {
    desc(0, data, 1, NEXT, 1);
    desc(1, data + 10, 2, NEXT, 2);
    desc(2, table, 32, INDIRECT, 0);
    entry(0, data + 20, 3, NEXT, 1);
    entry(1, data + 30, 4, WRITE, 0);
    assertThat(walk.read(0)).isNull();
    assertThat(pieces()).containsExactly("r0+1", "r10+2", "r20+3", "w30+4");
  }

  @Test
  void the_writable_flag_of_a_descriptor_that_refers_to_a_table_means_nothing_2_7_5_3_2() {
    desc(0, table, 16, INDIRECT | WRITE, 0);
    entry(0, data, 3, 0, 0);
    assertThat(walk.read(0)).isNull();
    assertThat(pieces()).containsExactly("r0+3");
  }

  @Test
  void a_table_may_be_longer_than_its_chain_and_lie_at_any_address() {
    long odd = table + 1001;
    desc(0, odd, 16 * 60, INDIRECT, 0);
    entry(odd, 0, data, 3, NEXT, 59);
    entry(odd, 59, data + 7, 4, WRITE, 0);
    assertThat(walk.read(0)).isNull();
    assertThat(pieces()).containsExactly("r0+3", "w7+4");
  }

  @Test
  void a_table_may_cross_regions_even_within_a_descriptor() {
    for (int before = 1; before < 16; before++) {
      long at = boundary - 16 - before;
      desc(0, at, 48, INDIRECT, 0);
      entry(at, 0, data, 3, NEXT, 1);
      entry(at, 1, data + 7, 4, NEXT | WRITE, 2);
      entry(at, 2, data + 20, 5, WRITE, 0);
      assertThat(walk.read(0)).as("%d bytes before the boundary", before).isNull();
      assertThat(pieces()).containsExactly("r0+3", "w7+4", "w20+5");
    }
  }

  @Test
  void a_buffer_across_two_regions_is_two_pieces() {
    desc(0, boundary - 100, 300, NEXT, 1);
    desc(1, boundary - 1, 2, WRITE, 0);
    assertThat(walk.read(0)).isNull();
    assertThat(walk.pieces()).isEqualTo(4);
    assertThat(walk.readablePieces()).isEqualTo(2);
    assertThat(walk.hva(0)).isEqualTo(ram.hva(boundary - 100));
    assertThat(walk.length(0)).isEqualTo(100);
    assertThat(walk.hva(1)).isEqualTo(ram.hva(boundary));
    assertThat(walk.length(1)).isEqualTo(200);
    assertThat(walk.lastWritableHva()).isEqualTo(ram.hva(boundary));
  }

  @Test
  void a_buffer_can_cross_as_many_regions_as_there_are_pieces() {
    long[] sizes = LongStream.generate(() -> 4096).limit(DescriptorWalk.MAX_PIECES).toArray();
    sizes[0] = 1 << 16;
    try (GuestRam many = GuestRam.of(sizes);
        TestRing other = new TestRing(SIZE, 0, 0, many)) {
      DescriptorWalk cross =
          new DescriptorWalk(other.queue, many.table().translator(), false, LEAST_MAXIMUM);
      long start = GuestRam.GPA + (1 << 16) - 7;
      Descriptor.put(other.queue.descriptors(), start, many.end() - start - 5, WRITE, 0);
      assertThat(cross.read(0)).isNull();
      assertThat(cross.pieces()).isEqualTo(DescriptorWalk.MAX_PIECES);
      assertThat(cross.tooManyPieces()).isFalse();
      assertThat(cross.length(0)).isEqualTo(7);
      assertThat(cross.length(DescriptorWalk.MAX_PIECES - 1)).isEqualTo(4091);
      assertThat(cross.lastWritableHva()).isEqualTo(many.hva(many.end() - 6));
    }
  }

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
  void an_empty_buffer_contributes_nothing_and_needs_no_address() {
    desc(0, data, 4, NEXT, 1);
    desc(1, -1, 0, NEXT, 2);
    desc(2, data + 8, 4, NEXT | WRITE, 3);
    desc(3, 0, 0, WRITE, 0);
    assertThat(walk.read(0)).isNull();
    assertThat(pieces()).containsExactly("r0+4", "w8+4");
    assertThat(walk.lastWritableHva()).isEqualTo(ram.hva(data + 11));
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
  void next_without_its_flag_means_nothing() {
    desc(0, data, 1, 0, 0xffff);
    assertThat(walk.read(0)).isNull();
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

  @Test
  void more_pieces_than_are_kept_are_told_and_the_status_byte_is_still_known() {
    try (GuestRam large = GuestRam.of(1 << 20);
        TestRing other = new TestRing(2048, 0, 0, large)) {
      DescriptorWalk many =
          new DescriptorWalk(other.queue, large.table().translator(), false, LEAST_MAXIMUM);
      long at = large.allocate(8192);
      for (int i = 0; i < 2048; i++) {
        int flags = (i < 2047 ? NEXT : 0) | (i < 10 ? 0 : WRITE);
        Descriptor.put(other.queue.descriptors() + 16L * i, at + 2L * i, 1, flags, i + 1);
      }
      assertThat(many.read(0)).isNull();
      assertThat(many.tooManyPieces()).isTrue();
      assertThat(many.pieces()).isEqualTo(DescriptorWalk.MAX_PIECES);
      assertThat(many.writableBytes()).isEqualTo(2038);
      assertThat(many.lastWritableHva()).isEqualTo(large.hva(at + 2L * 2047));
    }
  }

  @Test
  void readable_bytes_are_copied_from_anywhere_and_writable_ones_from_their_start() {
    ram.put(boundary - 3, new byte[] {1, 2, 3, 4, 5, 6});
    ram.put(data, new byte[] {7, 8});
    desc(0, boundary - 3, 6, NEXT, 1);
    desc(1, data, 2, NEXT, 2);
    desc(2, data + 10, 3, NEXT | WRITE, 3);
    desc(3, boundary - 1, 2, WRITE, 0);
    assertThat(walk.read(0)).isNull();
    try (Arena arena = Arena.ofConfined()) {
      long own = arena.allocate(16).address();
      byte[] copy = new byte[16];
      assertThat(walk.copyReadable(0, own, 16)).isEqualTo(8);
      Mem.copy(own, copy, 0, 8);
      assertThat(copy).startsWith(1, 2, 3, 4, 5, 6, 7, 8);
      assertThat(walk.copyReadable(2, own, 5)).isEqualTo(5);
      Mem.copy(own, copy, 0, 5);
      assertThat(copy).startsWith(3, 4, 5, 6, 7);
      assertThat(walk.copyReadable(8, own, 1)).isZero();
      assertThat(walk.copyWritable(own, 4)).isEqualTo(4);
      assertThat(ram.get(data + 10, 3)).containsExactly(3, 4, 5);
      assertThat(ram.get(boundary - 1, 2)).containsExactly(6, 4);
    }
    assertThat(ram.canariesIntact()).isTrue();
  }
}

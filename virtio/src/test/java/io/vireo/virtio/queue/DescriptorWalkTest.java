package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import io.vireo.virtio.GuestRam;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DescriptorWalkTest extends ChainFixture {
  private final long boundary = GuestRam.GPA + REGION;

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
  void next_without_its_flag_means_nothing() {
    desc(0, data, 1, 0, 0xffff);
    assertThat(walk.read(0)).isNull();
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

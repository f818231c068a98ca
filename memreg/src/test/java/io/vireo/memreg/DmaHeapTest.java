package io.vireo.memreg;

import static io.vireo.linux.Numa.ANY_NODE;
import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory.HugePages;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DmaHeapTest {
  private static final long BLOCK = 2 * ENTRY_BYTES;

  private final MemoryRegistry registry = new MemoryRegistry();

  private DmaHeap heap(long keptBytes, long maxBytes) {
    return new DmaHeap(
        registry, new DmaHeap.Options("dma-test", HugePages.PREFER, BLOCK, keptBytes, maxBytes));
  }

  @Test
  void memory_is_zeroed_also_when_another_has_used_it() {
    try (DmaHeap heap = heap(BLOCK, BLOCK)) {
      long first = heap.allocate(4096, 4096, ANY_NODE);
      Mem.fill(first, 4096, (byte) 0x5a);
      heap.free(first);
      long second = heap.allocate(4096, 4096, ANY_NODE);
      assertThat(second).isEqualTo(first);
      for (int i = 0; i < 4096; i += 8) {
        assertThat(Mem.getLong(second + i)).isZero();
      }
      heap.free(second);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "63,64", "4096,4096", "5000,8192", "2097152,2097152", "64,4194304"})
  void any_power_of_two_can_be_the_alignment(long bytes, long alignment) {
    try (DmaHeap heap = heap(0, 8 * BLOCK)) {
      long odd = heap.allocate(64, 64, ANY_NODE); // so that the start of the block is taken
      long hva = heap.allocate(bytes, alignment, ANY_NODE);
      assertThat(hva % Math.max(alignment, DmaHeap.LINE_BYTES)).isZero();
      assertThat(registry.isRegistered(hva & -4096, Aligned.up(bytes, 4096))).isTrue();
      heap.free(hva);
      heap.free(odd);
    }
  }

  @Test
  void a_block_is_registered_as_a_whole_and_goes_when_nothing_of_it_is_used() {
    try (DmaHeap heap = heap(BLOCK, 4 * BLOCK)) {
      assertThat(registry.regions()).isEmpty();
      long a = heap.allocate(BLOCK, 64, ANY_NODE);
      long b = heap.allocate(64, 64, ANY_NODE);
      long c = heap.allocate(64, 64, ANY_NODE);
      assertThat(registry.regions())
          .containsExactlyInAnyOrder(
              new MemoryRegistry.Region(a, BLOCK),
              new MemoryRegistry.Region(b & -ENTRY_BYTES, BLOCK));
      heap.free(c);
      assertThat(heap.statistics().blocks()).isEqualTo(2);
      heap.free(b);
      assertThat(registry.regions()).containsExactly(new MemoryRegistry.Region(a, BLOCK));
      heap.free(a); // the kept one
      assertThat(heap.statistics().totalBytes()).isEqualTo(BLOCK);
      assertThat(AddressSpace.at(a).access()).startsWith("rw");
    }
    assertThat(registry.regions()).isEmpty();
    assertThat(AddressSpace.named("vireo:dma-test")).isEmpty();
  }

  @Test
  void an_allocation_larger_than_a_block_gets_one_of_its_own_size() {
    try (DmaHeap heap = heap(0, 8 * BLOCK)) {
      long large = heap.allocate(3 * BLOCK + 1, 4096, ANY_NODE);
      assertThat(heap.statistics().totalBytes()).isEqualTo(3 * BLOCK + ENTRY_BYTES);
      Mem.putByte(large + 3 * BLOCK, (byte) 1);
      heap.free(large);
      assertThat(heap.statistics()).isEqualTo(new DmaHeap.Statistics(0, 0, 0, 0, 0, 0));
    }
  }

  @Test
  void statistics_tell_what_is_used_and_what_is_free_in_one_piece() {
    try (DmaHeap heap = heap(0, 4 * BLOCK)) {
      long a = heap.allocate(ENTRY_BYTES, 64, ANY_NODE);
      long b = heap.allocate(100, 64, ANY_NODE);
      long c = heap.allocate(64, 64, ANY_NODE);
      heap.free(b);
      DmaHeap.Statistics now = heap.statistics();
      assertThat(now.usedBytes()).isEqualTo(ENTRY_BYTES + 64);
      assertThat(now.largestFreeBytes()).isEqualTo(ENTRY_BYTES - 128 - 64);
      assertThat(now.allocations()).isEqualTo(2);
      assertThat(now.hugePageBlocks()).isBetween(0, now.blocks());
      heap.free(c);
      assertThat(heap.statistics().largestFreeBytes()).isEqualTo(ENTRY_BYTES);
      heap.free(a);
    }
  }

  @Test
  void what_was_freed_or_never_allocated_is_refused_in_a_sentence() {
    try (DmaHeap heap = heap(BLOCK, BLOCK)) {
      long a = heap.allocate(4096, 4096, ANY_NODE);
      long b = heap.allocate(4096, 4096, ANY_NODE);
      assertThatThrownBy(() -> heap.free(a + 64))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "memory at 0x%x lies within the 4096 bytes that were allocated at 0x%x", a + 64, a);
      heap.free(a);
      assertThatThrownBy(() -> heap.free(a))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("memory at 0x%x is free already", a);
      for (long foreign : new long[] {0, 0x1000, a - 1, a + BLOCK, -1}) {
        assertThatThrownBy(() -> heap.free(foreign))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("memory at 0x%x is not of DMA heap dma-test", foreign);
      }
      assertThat(heap.statistics().usedBytes()).isEqualTo(4096);
      heap.free(b);
    }
  }

  @Test
  void sizes_and_alignments_that_cannot_be_are_refused() {
    try (DmaHeap heap = heap(0, BLOCK)) {
      for (long bytes : new long[] {0, -1, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> heap.allocate(bytes, 64, ANY_NODE))
            .hasMessage("%d bytes are not between 1 and 256 TiB", bytes);
      }
      for (long alignment : new long[] {0, -64, 48, Long.MIN_VALUE, 1L << 49}) {
        assertThatThrownBy(() -> heap.allocate(64, alignment, ANY_NODE))
            .hasMessageStartingWith("alignment of %d bytes is not a power of two", alignment);
      }
    }
  }

  @Test
  void a_heap_that_may_not_grow_says_how_full_it_is() {
    try (DmaHeap heap = heap(0, BLOCK)) {
      long all = heap.allocate(BLOCK - 64, 64, ANY_NODE);
      assertThatThrownBy(() -> heap.allocate(128, 64, ANY_NODE))
          .isInstanceOf(ErrnoException.class)
          .hasMessage(
              "allocate of 128 bytes in DMA heap dma-test, which has 4194304 of at most 4194304 and"
                  + " uses 4194240: Cannot allocate memory (ENOMEM)");
      long rest = heap.allocate(64, 64, ANY_NODE);
      heap.free(rest);
      heap.free(all);
    }
  }

  @Test
  void the_last_block_is_smaller_when_no_more_is_allowed() {
    try (DmaHeap heap = heap(0, BLOCK + ENTRY_BYTES)) {
      long a = heap.allocate(BLOCK, 64, ANY_NODE);
      long b = heap.allocate(64, 64, ANY_NODE);
      assertThat(heap.statistics().totalBytes()).isEqualTo(BLOCK + ENTRY_BYTES);
      heap.free(a);
      heap.free(b);
    }
  }

  @Test
  void a_node_gets_blocks_of_its_own_and_another_ones_when_the_heap_is_full() {
    try (DmaHeap heap = heap(0, 2 * BLOCK)) {
      long zero = heap.allocate(64, 64, 0);
      long one = heap.allocate(64, 64, 1); // a machine without a node 1 gives it other memory
      assertThat(one & -ENTRY_BYTES).isNotEqualTo(zero & -ENTRY_BYTES);
      long three = heap.allocate(64, 64, 3);
      assertThat(three & -ENTRY_BYTES).isIn(zero & -ENTRY_BYTES, one & -ENTRY_BYTES);
      long zeroAgain = heap.allocate(64, 64, 0);
      assertThat(zeroAgain & -ENTRY_BYTES).isEqualTo(zero & -ENTRY_BYTES);
      List.of(zero, one, three, zeroAgain).forEach(heap::free);
    }
  }

  @Test
  void memory_that_a_subscriber_refuses_is_not_kept() {
    RecordingSubscriber limited = new RecordingSubscriber().refusing(r -> true);
    registry.subscribe(limited);
    try (DmaHeap heap = heap(0, BLOCK)) {
      assertThatThrownBy(() -> heap.allocate(64, 64, ANY_NODE)).hasMessageContaining("refuses");
      assertThat(heap.statistics().totalBytes()).isZero();
      assertThat(AddressSpace.named("vireo:dma-test")).isEmpty();
      limited.refusing(r -> false);
      heap.free(heap.allocate(64, 64, ANY_NODE));
    }
    assertThat(limited.known()).isEmpty();
  }

  /**
   * Of huge pages, or of what may be locked, less may be left than a heap likes to take at once.
   */
  @Test
  void a_block_is_as_small_as_it_may_be_where_there_is_no_more() {
    RecordingSubscriber limited = new RecordingSubscriber().refusing(r -> r.bytes() > ENTRY_BYTES);
    registry.subscribe(limited);
    try (DmaHeap heap = heap(0, 4 * BLOCK)) {
      long small = heap.allocate(64, 64, ANY_NODE);
      assertThat(heap.statistics().totalBytes()).isEqualTo(ENTRY_BYTES);
      assertThatThrownBy(() -> heap.allocate(ENTRY_BYTES + 1, 64, ANY_NODE))
          .hasMessageContaining("refuses");
      assertThat(heap.statistics().allocations()).isEqualTo(1);
      assertThat(heap.statistics().totalBytes()).isEqualTo(ENTRY_BYTES);
      heap.free(small);
    }
    assertThat(limited.known()).isEmpty();
  }

  @Test
  void a_node_for_which_there_is_no_more_gets_what_others_have() {
    RecordingSubscriber limited = new RecordingSubscriber();
    registry.subscribe(limited);
    try (DmaHeap heap = heap(0, 4 * BLOCK)) {
      long zero = heap.allocate(64, 64, 0);
      limited.refusing(r -> true);
      long one = heap.allocate(64, 64, 1);
      assertThat(one & -ENTRY_BYTES).isEqualTo(zero & -ENTRY_BYTES);
      heap.free(zero);
      heap.free(one);
    }
  }

  @Test
  void a_heap_with_memory_in_use_stays_open_and_keeps_it() {
    DmaHeap heap = heap(0, BLOCK);
    long used = heap.allocate(64, 64, ANY_NODE);
    assertThatThrownBy(heap::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "DMA heap dma-test is closed with 1 allocations of 64 bytes that were not freed");
    Mem.putByte(used, (byte) 1);
    heap.free(used);
    heap.close();
    heap.close();
    assertThatThrownBy(() -> heap.allocate(64, 64, ANY_NODE))
        .hasMessage("DMA heap dma-test is closed");
  }
}

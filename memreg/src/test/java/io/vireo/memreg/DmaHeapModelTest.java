package io.vireo.memreg;

import static io.vireo.linux.Numa.ANY_NODE;
import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory.HugePages;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Allocations in any order, and by many threads. */
class DmaHeapModelTest {
  private static final long BLOCK = 2 * ENTRY_BYTES;

  private final MemoryRegistry registry = new MemoryRegistry();

  private DmaHeap heap(long keptBytes, long maxBytes) {
    return new DmaHeap(
        registry, new DmaHeap.Options("dma-test", HugePages.PREFER, BLOCK, keptBytes, maxBytes));
  }

  /** Whatever was allocated lies apart from all else, and its block is registered. */
  @Property(tries = 100)
  void allocations_never_overlap_and_all_memory_comes_back(
      @ForAll @Size(max = 60) List<@IntRange(max = 1 << 20) Integer> steps) {
    try (DmaHeap heap = heap(BLOCK, 4 * BLOCK)) {
      List<long[]> live = new ArrayList<>();
      for (int step : steps) {
        if (step % 3 == 0 && !live.isEmpty()) {
          heap.free(live.remove(step / 3 % live.size())[0]);
        } else {
          allocate(heap, live, 1 + step * 3L / 2, 1L << step % 23);
        }
        assertThat(heap.statistics().allocations()).isEqualTo(live.size());
        assertThat(heap.statistics().usedBytes())
            .isEqualTo(live.stream().mapToLong(a -> Aligned.up(a[1], 64)).sum());
      }
      live.forEach(a -> heap.free(a[0]));
      assertThat(heap.statistics().totalBytes()).isLessThanOrEqualTo(BLOCK);
      assertThat(heap.statistics().largestFreeBytes()).isEqualTo(heap.statistics().totalBytes());
    }
    assertThat(registry.regions()).isEmpty();
  }

  private void allocate(DmaHeap heap, List<long[]> live, long bytes, long alignment) {
    try {
      long hva = heap.allocate(bytes, alignment, ANY_NODE);
      assertThat(hva & (alignment - 1)).isZero();
      assertThat(registry.isRegistered(hva & -4096, (hva & 4095) + bytes)).isTrue();
      for (long[] other : live) {
        assertThat(hva + bytes <= other[0] || other[0] + other[1] <= hva).isTrue();
      }
      live.add(new long[] {hva, bytes});
    } catch (ErrnoException full) {
      assertThat(full).hasMessageContaining("ENOMEM");
    }
  }

  @Test
  void threads_get_memory_of_their_own() throws Exception {
    try (DmaHeap heap = heap(0, 16 * BLOCK);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Map<Long, Long>>> users = new ArrayList<>();
      for (int t = 1; t <= 4; t++) {
        long mark = t;
        users.add(() -> useAndFree(heap, mark));
      }
      for (Future<Map<Long, Long>> user : threads.invokeAll(users)) {
        assertThat(user.get()).isEmpty();
      }
      assertThat(heap.statistics().totalBytes()).isZero();
    }
  }

  /** Writes a mark into each allocation; answers what others wrote there. */
  private static Map<Long, Long> useAndFree(DmaHeap heap, long mark) {
    Map<Long, Long> foreign = new HashMap<>();
    List<Long> live = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      long hva = heap.allocate(64 + i * 16L, 64, ANY_NODE);
      Mem.putLong(hva, mark);
      live.add(hva);
      if (live.size() > 20) {
        long old = live.removeFirst();
        if (Mem.getLong(old) != mark) {
          foreign.put(old, Mem.getLong(old));
        }
        heap.free(old);
      }
    }
    live.forEach(heap::free);
    return foreign;
  }
}

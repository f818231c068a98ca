package io.vireo.memreg;

import static io.vireo.linux.Numa.ANY_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.memreg.HostMemory.HugePages;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** A pool and its caches beside a set of elements, whatever reactors do and whenever one ends. */
class DmaPoolModelTest {
  private static final int CACHES = 3;

  private final MemoryRegistry registry = new MemoryRegistry();

  @Property(tries = 300)
  void no_element_has_two_users_and_none_is_lost(
      @ForAll @IntRange(min = 1, max = 4) int batch,
      @ForAll @IntRange(min = 1, max = 6) int beyondCaches,
      @ForAll @Size(max = 200) List<@IntRange(max = 1 << 16) Integer> steps) {
    int elements = 2 * batch * (CACHES - 1) + beyondCaches; // the fewest that are allowed, and more
    DmaHeap.Options options = new DmaHeap.Options("model", HugePages.NEVER, 2 << 20, 0, 64L << 20);
    try (DmaHeap heap = new DmaHeap(registry, options);
        DmaPool pool =
            new DmaPool(heap, new DmaPool.Options("model", 4096, 4096, elements, ANY_NODE))) {
      List<DmaPoolCache> caches = new ArrayList<>();
      for (int i = 0; i < CACHES; i++) {
        caches.add(pool.cache(batch));
      }
      Set<Long> seen = new HashSet<>();
      ArrayDeque<Long> used = new ArrayDeque<>();
      for (int step : steps) {
        int which = step / 8 % CACHES;
        DmaPoolCache cache = caches.get(which);
        switch (step % 8) {
          case 0, 1, 2, 3 -> {
            long hva = cache.get();
            if (hva == 0) {
              assertThat(used.size()).as("in use").isGreaterThan(0);
            } else {
              assertThat(used).doesNotContain(hva);
              used.add(hva);
              seen.add(hva);
            }
          }
          case 4, 5, 6 -> {
            Long hva = step % 2 == 0 ? used.pollFirst() : used.pollLast(); // of any cache
            if (hva != null) {
              cache.put(hva);
            }
          }
          default -> {
            cache.close(); // its reactor has ended; its requests end elsewhere
            caches.set(which, pool.cache(batch));
          }
        }
        DmaPool.Statistics now = pool.statistics();
        assertThat(now.free()).isEqualTo(elements - used.size());
        assertThat(seen).hasSizeLessThanOrEqualTo(elements);
      }
      caches.subList(1, CACHES).forEach(DmaPoolCache::close);
      DmaPoolCache last = caches.getFirst();
      for (long hva = last.get(); hva != 0; hva = last.get()) {
        used.add(hva);
      }
      assertThat(used).as("one cache gets all that idle ones do not hold").hasSize(elements);
      used.forEach(last::put);
      last.close();
    }
    assertThat(registry.regions()).isEmpty();
  }
}

package io.vireo.memreg;

import static io.vireo.linux.Numa.ANY_NODE;
import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.ErrnoException;
import io.vireo.memreg.HostMemory.HugePages;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DmaPoolTest {
  private final MemoryRegistry registry = new MemoryRegistry();
  private final DmaHeap heap =
      new DmaHeap(
          registry, new DmaHeap.Options("pool-test", HugePages.PREFER, 4 << 20, 0, 64L << 20));

  @AfterEach
  void all_memory_is_given_back() {
    heap.close();
    assertThat(registry.regions()).isEmpty();
  }

  private DmaPool pool(long bytes, long alignment, int elements) {
    return new DmaPool(heap, new DmaPool.Options("bounce", bytes, alignment, elements, ANY_NODE));
  }

  @ParameterizedTest
  @CsvSource({
    "4096,4096,1000",
    "1,1,3",
    "12288,4096,400",
    "1500000,64,5",
    "3000000,2097152,3",
    "2097152,64,2"
  })
  void elements_are_apart_aligned_and_in_one_piece_for_a_device(
      long bytes, long alignment, int elements) {
    try (DmaPool pool = pool(bytes, alignment, elements);
        DmaPoolCache cache = pool.cache(2)) {
      List<Long> all = new ArrayList<>();
      for (long hva = cache.get(); hva != 0; hva = cache.get()) {
        all.add(hva);
      }
      assertThat(all).hasSize(elements).doesNotHaveDuplicates();
      List<Long> sorted = all.stream().sorted().toList();
      for (int i = 0; i < elements; i++) {
        long hva = sorted.get(i);
        assertThat(hva % alignment).isZero();
        assertThat(registry.isRegistered(hva & -4096, (hva & 4095) + bytes)).isTrue();
        assertThat(i == 0 ? 0 : sorted.get(i - 1) + bytes).isLessThanOrEqualTo(hva);
        if (bytes <= ENTRY_BYTES) {
          assertThat((hva + bytes - 1) / ENTRY_BYTES).isEqualTo(hva / ENTRY_BYTES);
        }
      }
      all.forEach(cache::put);
    }
  }

  @Test
  void an_exhausted_pool_gives_nothing_until_something_comes_back() {
    try (DmaPool pool = pool(4096, 4096, 5);
        DmaPoolCache cache = pool.cache(4)) {
      Set<Long> all = new HashSet<>();
      for (int i = 0; i < 5; i++) {
        all.add(cache.get());
      }
      assertThat(all).hasSize(5).doesNotContain(0L);
      assertThat(cache.get()).isZero();
      assertThat(cache.get()).isZero();
      assertThat(pool.statistics()).isEqualTo(new DmaPool.Statistics(5, 0, 1, 2));
      long back = all.iterator().next();
      cache.put(back);
      assertThat(cache.get()).isEqualTo(back);
      all.forEach(cache::put);
      assertThat(pool.statistics().free()).isEqualTo(5);
    }
  }

  @Test
  void a_cache_gives_half_when_it_is_full_so_that_others_find_it() {
    try (DmaPool pool = pool(64, 64, 8);
        DmaPoolCache a = pool.cache(2);
        DmaPoolCache b = pool.cache(2)) {
      List<Long> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(a.get());
      }
      assertThat(b.get()).isZero();
      all.subList(0, 4).forEach(a::put);
      assertThat(b.get()).isZero(); // a can hold four
      a.put(all.get(4));
      List<Long> got = List.of(b.get(), b.get());
      assertThat(got).containsExactlyInAnyOrder(all.get(0), all.get(1)); // those put first
      assertThat(b.get()).isZero();
      got.forEach(a::put);
      all.subList(5, 8).forEach(b::put);
    }
  }

  @Test
  void the_last_one_put_is_the_first_one_got() {
    try (DmaPool pool = pool(64, 64, 8);
        DmaPoolCache cache = pool.cache(4)) {
      long first = cache.get();
      long second = cache.get();
      cache.put(second);
      cache.put(first);
      assertThat(cache.get()).isEqualTo(first);
      assertThat(cache.get()).isEqualTo(second);
      cache.put(first);
      cache.put(second);
    }
  }

  @Test
  void a_pool_does_not_close_over_open_caches_or_elements_in_use() {
    DmaPool pool = pool(64, 64, 8);
    DmaPoolCache user = pool.cache(2);
    long out = user.get();
    assertThatThrownBy(pool::close).hasMessage("pool bounce is closed before 1 of its caches");
    user.close();
    user.close();
    assertThat(user.get()).isZero();
    assertThatThrownBy(pool::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("pool bounce is closed with 1 of 8 elements that were not put back");
    try (DmaPoolCache finder = pool.cache(2)) {
      finder.put(out);
    }
    assertThat(pool.statistics()).isEqualTo(new DmaPool.Statistics(8, 8, 0, 0));
    pool.close();
    pool.close();
    assertThatThrownBy(() -> pool.cache(1)).hasMessage("pool bounce is closed");
  }

  @Test
  void what_is_put_back_twice_is_found_at_the_latest_when_the_cache_closes() {
    DmaPool pool = pool(64, 64, 8);
    DmaPoolCache cache = pool.cache(4);
    long twice = cache.get();
    long left = cache.get();
    cache.put(twice);
    cache.put(twice);
    assertThatThrownBy(cache::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("element 0x%x of pool bounce was put back twice", twice);
    assertThat(cache.get()).isEqualTo(twice); // the second of them; what was refused stays
    cache.put(left);
    cache.close();
    pool.close();
  }

  @Test
  void what_another_cache_gave_back_already_is_refused() {
    DmaPool pool = pool(64, 64, 8);
    DmaPoolCache first = pool.cache(1);
    DmaPoolCache second = pool.cache(1);
    long hva = first.get();
    first.put(hva);
    first.close();
    second.put(hva);
    assertThatThrownBy(second::close).hasMessageContaining("was put back twice");
    assertThat(second.get()).isEqualTo(hva); // takes the wrong one out
    second.close();
    pool.close();
  }

  @Test
  void what_is_no_element_is_refused() {
    DmaPool pool = pool(4096, 4096, 8);
    DmaPoolCache cache = pool.cache(1);
    long hva = cache.get();
    cache.put(hva + 64);
    assertThatThrownBy(cache::close).hasMessage("0x%x is no element of pool bounce", hva + 64);
    cache.get();
    cache.put(hva);
    cache.close();
    pool.close();
  }

  @Test
  void a_pool_for_which_there_is_no_memory_leaves_none_allocated() {
    assertThatThrownBy(() -> pool(1 << 20, 4096, 100)).isInstanceOf(ErrnoException.class);
    assertThat(heap.statistics().allocations()).isZero();
  }

  @Test
  void pools_and_caches_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> pool(0, 64, 8)).hasMessage("8 elements of 0 bytes make no pool");
    assertThatThrownBy(() -> pool(64, 64, 0)).hasMessage("0 elements of 64 bytes make no pool");
    assertThatThrownBy(() -> pool(64, 4 << 20, 8)).hasMessageContaining("power of two up to 2097");
    try (DmaPool pool = pool(64, 64, 8)) {
      assertThatThrownBy(() -> pool.cache(9)).hasMessageContaining("not between 1 and the 8");
      assertThatThrownBy(() -> pool.cache(0)).hasMessageContaining("not between 1 and the 8");
    }
  }

  /** Otherwise all elements could lie in caches of idle reactors, for ever. */
  @Test
  void caches_that_could_leave_nothing_for_another_one_are_refused() {
    try (DmaPool pool = pool(64, 64, 9);
        DmaPoolCache first = pool.cache(4);
        DmaPoolCache second = pool.cache(1)) {
      assertThatThrownBy(() -> pool.cache(1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("pool bounce of 9 elements is too small for 3 caches that can hold 12");
      List<Long> taken = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        taken.add(first.get());
      }
      taken.forEach(first::put);
      long last = second.get();
      assertThat(last).isNotZero();
      second.put(last);
    }
  }
}

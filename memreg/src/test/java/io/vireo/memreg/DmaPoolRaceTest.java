package io.vireo.memreg;

import static io.vireo.linux.Numa.ANY_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.memreg.HostMemory.HugePages;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads on one pool: no element has two users, and all come back. */
class DmaPoolRaceTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = 100_000;
  private static final int ELEMENTS = 64;
  private static final int BYTES = 4096;

  private final AtomicIntegerArray users = new AtomicIntegerArray(ELEMENTS);
  private final DmaHeap heap =
      new DmaHeap(
          new MemoryRegistry(), new DmaHeap.Options("race", HugePages.NEVER, 2 << 20, 0, 2 << 20));
  private final DmaPool pool =
      new DmaPool(heap, new DmaPool.Options("race", BYTES, BYTES, ELEMENTS, ANY_NODE));
  private long first;

  /** Batches of 1 go to the common place each time. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void no_element_has_two_users(int batch) throws Exception {
    first = lowestElement();
    race(seed -> useRandomly(batch, seed));
    assertThat(pool.statistics().free()).isEqualTo(ELEMENTS);
    pool.close();
    heap.close();
  }

  /** As bounce buffers go from one reactor to another with a queue that moved. */
  @Test
  void elements_may_come_back_by_the_cache_of_another_thread() throws Exception {
    first = lowestElement();
    ConcurrentLinkedQueue<Long> passed = new ConcurrentLinkedQueue<>();
    race(seed -> passOn(passed, seed));
    try (DmaPoolCache last = pool.cache(1)) {
      passed.forEach(hva -> release(last, hva));
    }
    pool.close();
    heap.close();
  }

  private interface User {
    boolean use(long seed);
  }

  private void race(User user) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<Boolean>> all = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        long seed = t;
        all.add(() -> user.use(seed));
      }
      for (Future<Boolean> one : threads.invokeAll(all)) {
        assertThat(one.get()).isTrue();
      }
    }
  }

  private long lowestElement() {
    try (DmaPoolCache cache = pool.cache(1)) {
      long hva = cache.get();
      cache.put(hva);
      return hva & -(2L << 20);
    }
  }

  private boolean useRandomly(int batch, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> mine = new ArrayList<>();
    try (DmaPoolCache cache = pool.cache(batch)) {
      for (int i = 0; i < ROUNDS; i++) {
        if (random.nextBoolean() || mine.isEmpty()) {
          acquire(cache, mine);
        } else {
          release(cache, mine.remove(random.nextInt(mine.size())));
        }
      }
      mine.forEach(hva -> release(cache, hva));
    }
    return true;
  }

  private boolean passOn(ConcurrentLinkedQueue<Long> passed, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> mine = new ArrayList<>();
    try (DmaPoolCache cache = pool.cache(2)) {
      for (int i = 0; i < ROUNDS; i++) {
        Long other = random.nextBoolean() ? passed.poll() : null;
        if (other != null) {
          release(cache, other);
        } else {
          acquire(cache, mine);
          passed.addAll(mine);
          mine.clear();
        }
      }
    }
    return true;
  }

  private void acquire(DmaPoolCache cache, List<Long> mine) {
    long hva = cache.get();
    if (hva != 0) {
      if (!users.compareAndSet(index(hva), 0, 1)) {
        throw new AssertionError("element " + index(hva) + " has two users");
      }
      mine.add(hva);
    }
  }

  private void release(DmaPoolCache cache, long hva) {
    if (!users.compareAndSet(index(hva), 1, 0)) {
      throw new AssertionError("element " + index(hva) + " has no user");
    }
    cache.put(hva);
  }

  private int index(long hva) {
    return (int) ((hva - first) / BYTES);
  }
}

package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.Test;

class CpuTest {
  @Test
  void a_pinned_thread_may_run_on_that_cpu_only() throws InterruptedException, ExecutionException {
    BitSet before = Cpu.allowed();
    int last = before.length() - 1;
    FutureTask<BitSet> pinned =
        new FutureTask<>(
            () -> {
              Cpu.pin(last);
              return Cpu.allowed();
            });
    Thread.ofPlatform().start(pinned);
    BitSet only = new BitSet();
    only.set(last);
    assertThat(pinned.get()).isEqualTo(only);
    assertThat(Cpu.allowed()).isEqualTo(before);
  }

  @Test
  void a_thread_is_kept_to_its_cpus_by_another_one() throws Exception {
    BitSet last = new BitSet();
    last.set(Cpu.allowed().length() - 1);
    SynchronousQueue<Integer> tid = new SynchronousQueue<>();
    CountDownLatch moved = new CountDownLatch(1);
    FutureTask<BitSet> thread =
        new FutureTask<>(
            () -> {
              tid.put(Libc.gettid());
              moved.await();
              return Cpu.allowed();
            });
    Thread.ofPlatform().start(thread);
    int number = tid.take();
    Cpu.allow(number, last);
    moved.countDown();
    assertThat(thread.get()).isEqualTo(last);
    assertThatThrownBy(() -> Cpu.allow(Integer.MAX_VALUE, last))
        .hasMessage("sched_setaffinity of thread 2147483647: No such process (ESRCH)");
    assertThatThrownBy(() -> Cpu.allow(Libc.gettid(), new BitSet())).hasMessageContaining("EINVAL");
  }

  @Test
  void allowed_cpus_lie_below_the_count() {
    assertThat(Cpu.allowed().cardinality()).isPositive();
    assertThat(Cpu.allowed().length()).isLessThanOrEqualTo(Cpu.count());
  }

  @Test
  void a_cpu_that_does_not_exist_is_refused() {
    for (int cpu : new int[] {-1, Cpu.count(), 8191, 8192, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> Cpu.pin(cpu))
          .hasMessage("sched_setaffinity to CPU " + cpu + ": Invalid argument (EINVAL)");
    }
  }
}

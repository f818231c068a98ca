package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The thread that has a drive's controller. */
class DriveThreadTest {
  @Test
  void nothing_that_is_done_again_and_again_runs_after_the_last() throws Exception {
    for (int i = 0; i < 200; i++) {
      AtomicInteger runs = new AtomicInteger();
      AtomicInteger atEnd = new AtomicInteger();
      try (DriveThread thread = new DriveThread("drive")) {
        thread.every(runs::incrementAndGet, 1);
        AtomicReference<Thread> itself = new AtomicReference<>();
        thread.runLast(
            () -> {
              itself.set(Thread.currentThread());
              atEnd.set(runs.get());
            });
        itself.get().join();
      }
      assertThat(runs.get()).isEqualTo(atEnd.get());
    }
  }

  @Test
  void nothing_is_taken_after_the_last() {
    try (DriveThread thread = new DriveThread("drive")) {
      thread.runLast(() -> {});
      assertThatThrownBy(() -> thread.run(() -> {})).isInstanceOf(RejectedExecutionException.class);
      thread.post(() -> {}); // nothing happens
    }
  }
}

package io.vireo.linux.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Epoll;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IoUringTest {
  @Test
  void a_full_queue_hands_out_nothing_until_it_is_submitted() {
    try (IoUring ring = IoUring.create(7, IoUring.Options.DEFAULT)) {
      assertThat(ring.sq().entries()).isEqualTo(8);
      assertThat(ring.cq().entries()).isEqualTo(16);
      for (int i = 0; i < 8; i++) {
        assertThat(ring.sq().space()).isEqualTo(8 - i);
        Sqe.prepNop(ring.sq().next(), 100 + i);
      }
      assertThat(ring.sq().next()).isZero();
      assertThat(ring.ready()).isTrue();
      assertThat(ring.submit()).isEqualTo(8);
      assertThat(ring.sq().space()).isEqualTo(8);
      for (int i = 0; i < 8; i++) {
        assertThat(ring.cq().next()).isTrue();
        assertThat(ring.cq().userData()).isEqualTo(100 + i);
        assertThat(ring.cq().res()).isZero();
      }
      assertThat(ring.cq().next()).isFalse();
      assertThat(ring.ready()).isFalse();
      assertThat(ring.submit()).isZero();
    }
  }

  @Test
  void completions_that_do_not_fit_come_later_and_none_is_lost() {
    try (IoUring ring = IoUring.create(2, new IoUring.Options(4))) {
      for (int i = 0; i < 100; i++) {
        Sqe.prepNop(ring.sq().next(), i);
        assertThat(ring.submit()).isEqualTo(1);
      }
      assertThat(ring.cq().waiting()).isEqualTo(4);
      BitSet seen = new BitSet();
      while (seen.cardinality() < 100) {
        while (ring.cq().next()) {
          assertThat(seen.get((int) ring.cq().userData())).isFalse();
          seen.set((int) ring.cq().userData());
        }
        assertThat(ring.submit()).isZero();
      }
      assertThat(ring.ready()).isFalse();
    }
  }

  /** Without obeying TASKRUN the completion would wait for some other system call of ours. */
  @Test
  void a_spinning_reaper_sees_what_another_thread_caused() throws InterruptedException {
    try (IoUring ring = IoUring.create(4, IoUring.Options.DEFAULT);
        EventFd event = EventFd.create()) {
      Sqe.prepPollAdd(ring.sq().next(), event.fd(), Libc.POLLIN, 7);
      assertThat(ring.submit()).isEqualTo(1);
      assertThat(ring.cq().next()).isFalse();
      Thread other = Thread.ofPlatform().start(event::signal);
      while (!ring.cq().next()) {
        assertThat(ring.submit()).isZero();
        Thread.onSpinWait();
      }
      assertThat(ring.cq().userData()).isEqualTo(7);
      assertThat(ring.cq().res()).isEqualTo(Libc.POLLIN);
      other.join();
    }
  }

  @Test
  void an_epoll_on_the_ring_wakes_for_each_completion() throws InterruptedException {
    try (IoUring ring = IoUring.create(4, IoUring.Options.DEFAULT);
        Epoll epoll = Epoll.create()) {
      epoll.add(ring.fd(), Epoll.EPOLLIN | Epoll.EPOLLET, 1);
      for (int i = 0; i < 50; i++) {
        try (EventFd event = EventFd.create()) {
          Sqe.prepPollAdd(ring.sq().next(), event.fd(), Libc.POLLIN, i);
          assertThat(ring.submit()).isEqualTo(1);
          assertThat(ring.ready()).isFalse();
          Thread other = Thread.ofPlatform().start(event::signal);
          while (!ring.ready()) {
            epoll.await(-1); // 0 when the kernel interrupts it to work off the completion
          }
          assertThat(ring.submit()).isZero();
          assertThat(ring.cq().next()).isTrue();
          assertThat(ring.cq().userData()).isEqualTo(i);
          other.join();
        }
      }
    }
  }

  @Test
  void a_sleeper_is_woken_by_completions() throws InterruptedException {
    try (IoUring ring = IoUring.create(4, IoUring.Options.DEFAULT);
        EventFd event = EventFd.create()) {
      Sqe.prepPollAdd(ring.sq().next(), event.fd(), Libc.POLLIN, 7);
      Thread other = Thread.ofPlatform().start(event::signal);
      assertThat(ring.submitAndWait(1)).isEqualTo(1);
      assertThat(ring.cq().waiting()).isEqualTo(1);
      other.join();
    }
  }

  @Test
  void a_cancelled_request_completes_as_cancelled() {
    try (IoUring ring = IoUring.create(4, IoUring.Options.DEFAULT);
        EventFd event = EventFd.create()) {
      Sqe.prepPollAdd(ring.sq().next(), event.fd(), Libc.POLLIN, 7);
      ring.submit();
      Sqe.prepCancel(ring.sq().next(), 7, 8);
      Sqe.prepCancel(ring.sq().next(), 99, 9);
      ring.submitAndWait(3);
      Map<Long, Integer> results = new HashMap<>();
      while (ring.cq().next()) {
        results.put(ring.cq().userData(), ring.cq().res());
      }
      assertThat(results).isEqualTo(Map.of(7L, -Errno.ECANCELED, 8L, 0, 9L, -Errno.ENOENT));
    }
  }

  @Test
  void entries_behind_a_wrong_one_are_submitted_all_the_same() {
    try (IoUring ring = IoUring.create(4, IoUring.Options.DEFAULT)) {
      long wrong = ring.sq().next();
      Sqe.prepNop(wrong, 1);
      Mem.putByte(wrong + Sqe.OPCODE, (byte) 255);
      Sqe.prepNop(ring.sq().next(), 2);
      assertThat(ring.submit()).isEqualTo(2);
      assertThat(result(ring, 1)).isEqualTo(-Errno.EINVAL);
      assertThat(result(ring, 2)).isZero();
    }
  }

  @Test
  void the_kernel_tells_which_operations_it_has() {
    try (IoUring ring = IoUring.create(4, IoUring.Options.DEFAULT)) {
      assertThat(ring.supports(Sqe.IORING_OP_FALLOCATE)).isTrue();
      assertThat(ring.supports(Sqe.IORING_OP_WRITE)).isTrue();
      assertThat(ring.supports(250)).isFalse();
    }
  }

  @Test
  void impossible_rings_are_told() {
    assertThatThrownBy(() -> IoUring.create(40_000, IoUring.Options.DEFAULT))
        .isInstanceOf(ErrnoException.class)
        .hasMessage("io_uring_setup of 40000 entries: Invalid argument (EINVAL)");
  }

  @Test
  void another_thread_can_neither_submit_nor_close()
      throws InterruptedException, ExecutionException {
    try (IoUring ring = IoUring.create(4, IoUring.Options.DEFAULT)) {
      Sqe.prepNop(ring.sq().next(), 1);
      FutureTask<Integer> foreign =
          new FutureTask<>(
              () -> {
                assertThatThrownBy(ring::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching("the ring belongs to thread .*, not to intruder");
                return ring.submit();
              });
      Thread.ofPlatform().name("intruder").start(foreign);
      assertThat(foreign.get()).isEqualTo(-Errno.EEXIST);
      assertThat(ring.submit()).isEqualTo(1);
    }
  }

  @Test
  void a_closed_ring_is_gone() {
    IoUring ring = IoUring.create(4, IoUring.Options.DEFAULT);
    assertThat(Libc.fdTarget(ring.fd())).isEqualTo("anon_inode:[io_uring]");
    ring.close();
    ring.close();
    assertThatThrownBy(() -> Libc.fdTarget(ring.fd())).hasMessageContaining("ENOENT");
  }

  private static int result(IoUring ring, long userData) {
    assertThat(ring.cq().next()).isTrue();
    assertThat(ring.cq().userData()).isEqualTo(userData);
    return ring.cq().res();
  }
}

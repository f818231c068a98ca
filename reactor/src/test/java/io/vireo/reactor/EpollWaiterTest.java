package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.EventFd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EpollWaiterTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final EpollWaiter waiter = EpollWaiter.create();

  @Test
  void an_event_is_told_once_and_the_counter_is_left_alone() {
    try (waiter;
        EventFd kick = EventFd.create()) {
      waiter.watch(kick.fd());
      assertThat(waiter.await(0)).isZero();
      kick.signal();
      kick.signal();
      assertThat(waiter.await(NO_LIMIT)).isEqualTo(1);
      assertThat(waiter.fired(0)).isEqualTo(kick.fd());
      assertThat(waiter.await(0)).isZero();
      kick.signal();
      assertThat(waiter.await(NO_LIMIT)).isEqualTo(1);
      assertThat(kick.drain()).isEqualTo(3);
    }
  }

  @Test
  void what_was_readable_before_it_was_watched_is_told() {
    try (waiter;
        EventFd kick = EventFd.create()) {
      kick.signal();
      waiter.watch(kick.fd());
      assertThat(waiter.await(NO_LIMIT)).isEqualTo(1);
    }
  }

  @Test
  void an_unwatched_descriptor_is_not_told() {
    try (waiter;
        EventFd kick = EventFd.create()) {
      waiter.watch(kick.fd());
      kick.signal();
      waiter.unwatch(kick.fd());
      assertThat(waiter.await(0)).isZero();
    }
  }

  @Test
  void each_wake_ends_one_wait_also_when_it_came_before() {
    try (waiter) {
      for (int i = 0; i < 3; i++) {
        waiter.wake();
        assertThat(waiter.await(NO_LIMIT)).isEqualTo(1);
        assertThat(waiter.await(0)).isZero();
      }
    }
  }

  @Test
  void a_time_is_rounded_up_so_that_it_never_ends_early() {
    assertThat(EpollWaiter.toMillis(0)).isZero();
    assertThat(EpollWaiter.toMillis(1)).isEqualTo(1);
    assertThat(EpollWaiter.toMillis(1_000_000)).isEqualTo(1);
    assertThat(EpollWaiter.toMillis(1_000_001)).isEqualTo(2);
    assertThat(EpollWaiter.toMillis(Long.MAX_VALUE - 1)).isEqualTo(Integer.MAX_VALUE);
    assertThat(EpollWaiter.toMillis(NO_LIMIT)).isEqualTo(-1);
    waiter.close();
  }
}

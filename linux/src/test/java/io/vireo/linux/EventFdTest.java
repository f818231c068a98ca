package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EventFdTest {
  @Test
  void signals_add_up_and_are_drained_at_once() {
    try (EventFd event = EventFd.create()) {
      assertThat(event.drain()).isZero();
      assertThat(event.signal()).isZero();
      assertThat(event.signal()).isZero();
      assertThat(event.drain()).isEqualTo(2);
      assertThat(event.drain()).isZero();
    }
  }

  @Test
  void a_full_counter_counts_as_signalled() {
    try (EventFd event = EventFd.create();
        Arena arena = Arena.ofConfined()) {
      long most = arena.allocateFrom(ValueLayout.JAVA_LONG, -2L).address();
      assertThat(Syscall.call(Syscall.WRITE, event.fd(), most, Long.BYTES)).isEqualTo(Long.BYTES);
      assertThat(event.signal()).isZero();
      assertThat(event.drain()).isEqualTo(-2L);
    }
  }

  @Test
  void an_eventfd_from_outside_is_made_non_blocking() {
    int blocking = (int) Syscall.call(Syscall.EVENTFD2, 0, 0);
    try (EventFd event = EventFd.adopt(blocking)) {
      assertThat(event.fd()).isEqualTo(blocking);
      assertThat(event.drain()).isZero(); // would hang
    }
    assertThatThrownBy(() -> Libc.fdTarget(blocking)).hasMessageContaining("ENOENT");
  }

  @Test
  @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whoever_shares_an_eventfd_from_outside_cannot_make_its_signals_block() {
    int shared = (int) Syscall.call(Syscall.EVENTFD2, 0, 0);
    try (EventFd event = EventFd.adopt(shared);
        Arena arena = Arena.ofConfined()) {
      long most = arena.allocateFrom(ValueLayout.JAVA_LONG, -2L).address();
      assertThat(Syscall.call(Syscall.WRITE, shared, most, Long.BYTES)).isEqualTo(Long.BYTES);
      assertThat(Syscall.call(Syscall.FCNTL, shared, Libc.F_SETFL, 0)).isZero();
      assertThat(event.signal()).isZero(); // a write would wait for a reader
      assertThat(event.signal()).isZero();
      assertThat(event.drain()).isEqualTo(-1L);
    }
  }

  @Test
  void signals_of_an_eventfd_from_outside_add_up_whoever_else_signals_others() throws Exception {
    int count = 100_000;
    List<EventFd> events = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      EventFd event = EventFd.adopt((int) Syscall.call(Syscall.EVENTFD2, 0, 0));
      events.add(event);
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < count; n++) {
                      event.signal();
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (EventFd event : events) {
      assertThat(event.drain()).isEqualTo(count);
      event.close();
      assertThat(event.signal()).isEqualTo(-Errno.EBADF);
    }
  }

  @Test
  void what_is_no_eventfd_is_refused_and_stays_the_callers() {
    int[] sockets = Libc.socketpair(Libc.SOCK_STREAM);
    int memory = Libc.memfdCreate("no-eventfd", 0);
    int file = Libc.open("/dev/null", Libc.O_RDWR, 0);
    try (Epoll epoll = Epoll.create()) {
      for (int fd : List.of(sockets[0], sockets[1], memory, file, epoll.fd())) {
        assertThatThrownBy(() -> EventFd.adopt(fd))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "descriptor "
                    + fd
                    + " is "
                    + Libc.fdTarget(fd)
                    + ", not an eventfd (anon_inode:[eventfd])");
        assertThat(Libc.fdTarget(fd)).isNotEmpty();
      }
    }
    List.of(sockets[0], sockets[1], memory, file).forEach(Libc::close);
  }

  @Test
  void a_descriptor_that_is_not_open_is_refused() {
    assertThatThrownBy(() -> EventFd.adopt(-1)).isInstanceOf(ErrnoException.class);
  }

  @Test
  void a_closed_one_answers_the_errno() {
    EventFd event = EventFd.create();
    event.close();
    event.close();
    assertThat(event.fd()).isEqualTo(-1);
    assertThat(event.signal()).isEqualTo(-Errno.EBADF);
    assertThatThrownBy(event::drain).hasMessage("read of eventfd -1: Bad file descriptor (EBADF)");
  }
}

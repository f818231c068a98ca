package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EpollTest {
  private static final int EDGE = Epoll.EPOLLIN | Epoll.EPOLLET;

  @Test
  void every_signal_of_a_never_read_eventfd_wakes_again() {
    try (Epoll epoll = Epoll.create();
        EventFd event = EventFd.create()) {
      epoll.add(event.fd(), EDGE, 0x123456789abcdefL);
      assertThat(epoll.await(0)).isZero();
      for (int i = 0; i < 1000; i++) {
        event.signal();
        assertThat(epoll.await(-1)).isEqualTo(1);
        assertThat(epoll.token(0)).isEqualTo(0x123456789abcdefL);
        assertThat(epoll.events(0)).isEqualTo(Epoll.EPOLLIN);
        assertThat(epoll.await(0)).isZero();
      }
    }
  }

  @Test
  void tokens_tell_the_ready_ones_apart() {
    try (Epoll epoll = Epoll.create();
        EventFd a = EventFd.create();
        EventFd b = EventFd.create();
        EventFd c = EventFd.create()) {
      epoll.add(a.fd(), EDGE, 1);
      epoll.add(b.fd(), EDGE, -2);
      epoll.add(c.fd(), EDGE, 3);
      b.signal();
      c.signal();
      assertThat(epoll.await(-1)).isEqualTo(2);
      assertThat(new long[] {epoll.token(0), epoll.token(1)}).containsExactlyInAnyOrder(-2, 3);
    }
  }

  @Test
  void more_than_one_call_can_tell_come_in_several() {
    EventFd[] events = new EventFd[100];
    try (Epoll epoll = Epoll.create()) {
      for (int i = 0; i < events.length; i++) {
        events[i] = EventFd.create();
        epoll.add(events[i].fd(), EDGE, i);
        events[i].signal();
      }
      assertThat(epoll.await(-1)).isEqualTo(64);
      assertThat(epoll.await(-1)).isEqualTo(36);
    }
    for (EventFd event : events) {
      event.close();
    }
  }

  @Test
  void a_removed_descriptor_wakes_nobody() {
    try (Epoll epoll = Epoll.create();
        EventFd event = EventFd.create()) {
      epoll.add(event.fd(), EDGE, 1);
      epoll.remove(event.fd());
      event.signal();
      assertThat(epoll.await(0)).isZero();
    }
  }

  @Test
  void mistakes_are_told_with_their_errno() {
    try (Epoll epoll = Epoll.create();
        EventFd event = EventFd.create()) {
      epoll.add(event.fd(), EDGE, 1);
      assertThatThrownBy(() -> epoll.add(event.fd(), EDGE, 1))
          .hasMessage("epoll_ctl to add descriptor " + event.fd() + ": File exists (EEXIST)");
      epoll.remove(event.fd());
      assertThatThrownBy(() -> epoll.remove(event.fd()))
          .hasMessage(
              "epoll_ctl to remove descriptor "
                  + event.fd()
                  + ": No such file or directory (ENOENT)");
    }
    Epoll closed = Epoll.create();
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.await(0))
        .hasMessage("epoll_wait on descriptor -1: Bad file descriptor (EBADF)");
  }
}

package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class InboxTest {
  private final Inbox inbox = new Inbox("disk#1");

  private boolean readable() {
    return Libc.poll(new int[] {inbox.fd()}, new int[] {Libc.POLLIN}, 0) == 1;
  }

  @Test
  void what_is_posted_runs_in_order_on_the_thread_that_runs_it() {
    List<String> ran = new ArrayList<>();
    assertThat(readable()).isFalse();
    inbox.post(() -> ran.add("a"));
    inbox.post(() -> inbox.post(() -> ran.add("c")));
    inbox.post(() -> ran.add("b"));
    assertThat(readable()).isTrue();
    assertThat(ran).isEmpty();
    inbox.run();
    assertThat(ran).containsExactly("a", "b", "c");
    inbox.run();
    assertThat(readable()).isFalse();
    inbox.close();
  }

  @Test
  void whoever_waits_runs_what_is_posted() {
    AtomicBoolean done = new AtomicBoolean();
    List<Thread> ranOn = new ArrayList<>();
    Background other =
        Background.start(
            () -> {
              inbox.post(() -> ranOn.add(Thread.currentThread()));
              inbox.post(() -> done.set(true));
            });
    inbox.await(done::get, "another thread");
    other.join();
    assertThat(ranOn).containsExactly(Thread.currentThread());
    inbox.close();
  }

  /** A reactor posts: it must not wait for a session's thread that has lost its CPU. */
  @Test
  void who_posts_waits_for_nobodys_lock() {
    AtomicBoolean ran = new AtomicBoolean();
    synchronized (inbox) {
      Background.start(() -> inbox.post(() -> ran.set(true))).join();
    }
    inbox.run();
    assertThat(ran).isTrue();
    inbox.close();
  }

  /** The number of its descriptor may be another's by then. */
  @Test
  void a_closed_one_signals_nothing_whoever_posts_at_that_moment() {
    for (int i = 0; i < 1000; i++) {
      Inbox closing = new Inbox("disk#1");
      Background poster =
          Background.start(
              () -> {
                for (int n = 0; n < 100; n++) {
                  closing.post(() -> {});
                }
              });
      closing.close();
      try (EventFd next = EventFd.create()) {
        poster.join();
        closing.post(() -> {});
        assertThat(next.drain()).isZero();
      }
    }
    inbox.close();
  }

  @Test
  void waiting_longer_than_a_second_is_told_twice_and_not_cut_short() {
    AtomicBoolean done = new AtomicBoolean();
    try (LogCapture log = new LogCapture(Inbox.class)) {
      Background other =
          Background.start(
              () -> {
                Await.until(() -> !log.lines().isEmpty(), "the warning");
                inbox.post(() -> done.set(true));
              });
      inbox.await(done::get, "what is in flight");
      other.join();
      assertThat(log.lines()).hasSize(2);
      assertThat(log.lines().getFirst()).isEqualTo("disk#1: still waiting for what is in flight");
      assertThat(log.lines().getLast()).matches("disk#1: waited \\d+ ms for what is in flight");
    }
    inbox.close();
  }
}

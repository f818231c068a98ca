package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private final Faults faults =
      new Faults(null, new RecordingListener(), new LapCounters(), SystemNanoClock.INSTANCE);
  private final SteppedWaiter waiter = new SteppedWaiter();
  private final Mailbox mailbox = new Mailbox(waiter);
  private final SteppedReactor stepped = new SteppedReactor();

  private int run() {
    int sum = 0;
    for (int ran = 1; ran > 0; sum += ran) {
      ran = mailbox.run(faults);
    }
    return sum;
  }

  @Test
  void messages_of_one_thread_run_in_their_order() {
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      int number = i;
      assertThat(mailbox.post(() -> ran.add(number))).isTrue();
    }
    run();
    assertThat(ran).isEqualTo(IntStream.range(0, 1000).boxed().toList());
  }

  @Test
  void messages_that_post_messages_cannot_keep_the_pollers_waiting() {
    RecordingPoller poller = new RecordingPoller();
    stepped.reactor().add(poller);
    Runnable[] again = new Runnable[1];
    again[0] = () -> stepped.reactor().post(again[0]);
    again[0].run();
    stepped.laps(10);
    assertThat(poller.polls).isEqualTo(10);
  }

  @Test
  void a_closed_one_refuses_and_runs_what_it_accepted() {
    List<String> ran = new ArrayList<>();
    mailbox.post(() -> ran.add("accepted"));
    mailbox.close();
    assertThat(mailbox.post(() -> ran.add("refused"))).isFalse();
    assertThat(mailbox.finished()).isFalse();
    assertThat(mailbox.isEmpty()).isFalse();
    run();
    assertThat(ran).containsExactly("accepted");
    assertThat(mailbox.finished()).isTrue();
    mailbox.close();
    assertThat(mailbox.finished()).isTrue();
  }

  @Test
  void closing_wakes_a_sleeper() {
    mailbox.fallAsleep();
    mailbox.close();
    assertThat(waiter.wakeUps).isEqualTo(1);
  }

  @Test
  void a_null_message_leaves_the_gate_as_it_was() {
    try {
      mailbox.post(null);
    } catch (NullPointerException expected) {
      mailbox.close();
    }
    assertThat(mailbox.finished()).isTrue();
  }

  @Test
  void each_message_accepted_before_the_end_runs_and_none_after() throws InterruptedException {
    for (int round = 0; round < 2000; round++) {
      Mailbox box = new Mailbox(waiter);
      AtomicInteger accepted = new AtomicInteger();
      int[] ran = new int[1];
      CountDownLatch go = new CountDownLatch(1);
      Thread poster =
          Thread.ofPlatform()
              .start(
                  () -> {
                    Uninterrupted.run(go::await);
                    while (box.post(() -> ran[0]++)) {
                      accepted.incrementAndGet();
                    }
                  });
      go.countDown();
      for (int i = 0; i < round % 50; i++) {
        box.run(faults);
      }
      box.close();
      while (!box.finished()) {
        box.run(faults);
      }
      int atTheEnd = ran[0];
      poster.join();
      assertThat(atTheEnd).isEqualTo(accepted.get());
      assertThat(box.run(faults)).isZero();
    }
  }
}

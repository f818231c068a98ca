package io.vireo.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class QueueBudgetTest {
  private final QueueBudget whole = QueueBudget.of(1000);

  @Test
  void a_new_queue_may_have_all_that_is_left_and_no_more() {
    assertThat(whole.take(600)).isTrue();
    assertThat(whole.take(401)).isFalse();
    assertThat(whole.leftBytes()).isEqualTo(400);
    assertThat(whole.take(400)).isTrue();
    assertThat(whole.take(1)).isFalse();
    whole.give(1000);
    assertThat(whole.leftBytes()).isEqualTo(1000);
  }

  @Test
  void a_queue_that_grows_leaves_half_to_those_to_come() {
    assertThat(whole.takeToGrow(501)).isFalse();
    assertThat(whole.takeToGrow(500)).isTrue();
    assertThat(whole.takeToGrow(1)).isFalse();
    assertThat(whole.take(500)).isTrue();
  }

  @Test
  void a_share_cannot_take_more_than_a_quarter() {
    QueueBudget share = whole.share();
    assertThat(share.leftBytes()).isEqualTo(250);
    assertThat(share.take(251)).isFalse();
    assertThat(whole.leftBytes()).isEqualTo(1000);
    assertThat(share.takeToGrow(126)).isFalse();
    assertThat(share.takeToGrow(125)).isTrue();
    assertThat(share.take(125)).isTrue();
    assertThat(whole.leftBytes()).isEqualTo(750);
    share.give(250);
    assertThat(share.leftBytes()).isEqualTo(250);
    assertThat(whole.leftBytes()).isEqualTo(1000);
  }

  @Test
  void a_share_has_nothing_when_the_whole_is_used_up() {
    QueueBudget share = whole.share();
    assertThat(whole.take(900)).isTrue();
    assertThat(share.leftBytes()).isEqualTo(100);
    assertThat(share.take(101)).isFalse();
    assertThat(share.takeToGrow(1)).as("half of the whole is gone").isFalse();
    assertThat(share.take(100)).as("nothing was kept of what was refused").isTrue();
  }

  @Test
  void threads_together_take_no_more_than_there_is() throws InterruptedException {
    QueueBudget contended = QueueBudget.of(100_000);
    List<QueueBudget> shares = Stream.generate(contended::share).limit(8).toList();
    AtomicLong taken = new AtomicLong();
    List<Thread> threads =
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    Thread.ofPlatform()
                        .start(
                            () -> {
                              while (shares.get(i).take(7)) {
                                taken.addAndGet(7);
                              }
                            }))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(taken.get()).isBetween(100_000L - 8 * 7, 100_000L);
    assertThat(contended.leftBytes()).isEqualTo(100_000 - taken.get());
  }
}

package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.EventFd;
import io.vireo.virtio.Coalescing;
import io.vireo.virtio.VirtioFeatures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Interrupts that wait for each other, on a clock of our own; by index and by flag. */
class CoalescerTest {
  private static final long US = 1_000;
  private static final long WINDOW = Coalescer.WINDOW_NS;
  private static final int SIZE = 32;

  /** Above 10,000 requests a second up to 100 us. */
  private static final Coalescing HOW = new Coalescing(100, 10_000);

  private final EventFd call = EventFd.create();
  private TestRing ring;
  private UsedNotifier notifier;
  private long nowNs = Long.MAX_VALUE - 5 * WINDOW; // the clock may wrap

  private void ring(boolean eventIdx, int size) {
    ring = new TestRing(size, eventIdx ? VirtioFeatures.EVENT_IDX : 0, 65_000);
    notifier = new UsedNotifier(ring.queue, call);
    notifier.coalescing(HOW, nowNs);
  }

  private void ring(boolean eventIdx) {
    ring(eventIdx, SIZE);
  }

  @AfterEach
  void close() {
    call.close();
    ring.close();
  }

  /** The driver wants an interrupt with whatever comes next. */
  private void want() {
    AvailRing.usedEvent(ring.avail(), ring.place.size(), ring.queue.publishedUsed());
  }

  private void use(int chains) {
    for (int i = 0; i < chains; i++) {
      ring.queue.push(0, 0);
    }
    ring.queue.publish();
    notifier.published(nowNs);
  }

  private int interrupts() {
    return (int) call.drain();
  }

  /** One request each {@code everyUs}, whose driver sleeps after each; how many interrupts. */
  private int load(int everyUs, long forNs) {
    int interrupts = 0;
    for (long endNs = nowNs + forNs; nowNs - endNs < 0; nowNs += everyUs * US) {
      notifier.settle(nowNs);
      if (!notifier.pending()) {
        want();
      }
      use(1);
      interrupts += interrupts();
    }
    return interrupts;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void up_to_the_threshold_each_request_has_its_interrupt(boolean eventIdx) {
    ring(eventIdx);
    assertThat(load(100, 4 * WINDOW)).isEqualTo(400);
    assertThat(notifier.pending()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    // rate: delay, so interrupts in 10 ms
    "80,  12500,  25, 125", // shorter than the time between two requests: no effect
    "40,  25000, 100, 84", //  each third request of 40 us
    "5,  200000, 100, 100", // the longest
    "1, 1000000, 100, 100", // and never longer
  })
  void above_it_interrupts_wait_the_longer_the_more_there_are(
      int everyUs, int rate, int delayUs, int interrupts) {
    for (boolean eventIdx : new boolean[] {true, false}) {
      ring(eventIdx);
      load(everyUs, 2 * WINDOW); // until the rate is known
      assertThat(1_000_000 / everyUs).isEqualTo(rate);
      assertThat(load(everyUs, WINDOW))
          .as("delay %d us", delayUs)
          .isBetween(interrupts - 1, interrupts + 1);
      ring.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_is_held_is_sent_when_its_time_has_come_and_once(boolean eventIdx) {
    ring(eventIdx);
    load(1, 2 * WINDOW);
    while (notifier.pending()) {
      nowNs += US;
      notifier.settle(nowNs);
    }
    interrupts();
    final long signalledNs = nowNs;
    want();
    use(1);
    nowNs = signalledNs + 100 * US - 1;
    notifier.settle(nowNs);
    assertThat(notifier.overdue(nowNs)).isTrue();
    assertThat(notifier.pending()).isTrue();
    assertThat(interrupts()).isZero();
    nowNs++;
    notifier.settle(nowNs);
    assertThat(interrupts()).isEqualTo(1);
    assertThat(notifier.pending()).isFalse();
    notifier.settle(nowNs + WINDOW);
    assertThat(interrupts()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void when_the_load_has_ended_the_first_interrupt_is_not_late(boolean eventIdx) {
    ring(eventIdx);
    notifier.coalescing(new Coalescing(Coalescing.MAX_DELAY_US, 10_000), nowNs);
    load(1, 2 * WINDOW);
    assertThat(notifier.pending()).as("held for a second").isTrue();
    interrupts();
    nowNs += WINDOW;
    notifier.settle(nowNs); // the window in which the load ended
    nowNs += WINDOW;
    notifier.settle(nowNs);
    assertThat(interrupts()).isEqualTo(1);
    assertThat(notifier.pending()).isFalse();
    want();
    use(1);
    assertThat(interrupts()).isEqualTo(1);
  }

  /** Brings the queue to where interrupts are held, and publishes one that is wanted. */
  private void hold() {
    load(1, 2 * WINDOW);
    while (notifier.pending()) {
      nowNs += US;
      notifier.settle(nowNs);
    }
    want();
    use(1);
    interrupts();
    assertThat(notifier.pending()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_has_no_later_is_sent_though_it_is_held(boolean eventIdx) {
    ring(eventIdx);
    hold();
    notifier.settle();
    assertThat(interrupts()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void another_eventfd_is_signalled_at_once(boolean eventIdx) {
    ring(eventIdx);
    hold();
    try (EventFd other = EventFd.create()) {
      notifier.call(other);
      assertThat(other.drain()).isEqualTo(1);
      assertThat(notifier.pending()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_is_held_when_coalescing_is_switched_off_is_sent_with_the_next_look(boolean eventIdx) {
    ring(eventIdx);
    hold();
    notifier.coalescing(Coalescing.OFF, nowNs);
    assertThat(notifier.pending()).isTrue();
    notifier.settle(nowNs);
    assertThat(interrupts()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_driver_that_polls_meanwhile_is_not_interrupted(boolean eventIdx) {
    ring(eventIdx);
    hold();
    ring.driver.suppressInterrupts();
    AvailRing.usedEvent(ring.avail(), SIZE, ring.queue.publishedUsed() + 5);
    nowNs += 100 * US;
    notifier.settle(nowNs);
    assertThat(interrupts()).isZero();
    assertThat(notifier.pending()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothing_is_held_so_long_that_the_index_could_wrap_2_7_7_2(boolean eventIdx) {
    int size = SplitQueue.MAX_SIZE;
    ring(eventIdx, size);
    load(1, 2 * WINDOW);
    notifier.settle();
    interrupts();
    want();
    use(20_000);
    assertThat(interrupts()).as("held").isZero();
    use(20_000);
    assertThat(interrupts()).isEqualTo(1);
  }
}

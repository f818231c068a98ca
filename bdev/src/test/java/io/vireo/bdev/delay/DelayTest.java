package io.vireo.bdev.delay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.HeldBdev;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.filter.FilterFixture;
import io.vireo.bdev.passthru.PassthruDelete;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When requests end, by a clock that moves when told. */
class DelayTest {
  private static final int AVG_READ = 10;
  private static final int P99_READ = 500;
  private static final int AVG_WRITE = 20;
  private static final int P99_WRITE = 700;

  private final FilterFixture fixture = new FilterFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private FilterFixture.User delayed() {
    fixture.calls.createMalloc("M", 64);
    fixture.calls.call(
        "bdev_delay_create",
        new DelayCreate("M", "D", null, AVG_READ, P99_READ, AVG_WRITE, P99_WRITE));
    return fixture.user("D");
  }

  private void advanceUs(long us) {
    fixture.stepped.advance(us * 1000);
    fixture.stepped.lap();
  }

  /** How long a request takes that was just submitted, to a microsecond. */
  private long tookUs(ChannelDriver driver, int request) {
    long us = 0;
    while (!driver.ended(driver.io(request))) {
      advanceUs(1);
      us++;
    }
    return us;
  }

  @Test
  void every_hundredth_request_of_a_kind_is_a_slow_one() {
    ChannelDriver driver = fixture.driver(delayed(), 1);
    for (int n = 1; n <= 200; n++) {
      boolean slow = n % 100 == 0;
      driver.submit(driver.prepareRead(0, 0, 512));
      assertThat(tookUs(driver, 0)).isEqualTo(slow ? P99_READ : AVG_READ);
      driver.submit(driver.prepareWrite(0, 0, new byte[512]));
      assertThat(tookUs(driver, 0)).isEqualTo(slow ? P99_WRITE : AVG_WRITE);
    }
    assertThat(fixture.calls.bdevs.require("D").stats().maxLatencyNs(IoType.READ))
        .isEqualTo(P99_READ * 1000);
    assertThat(fixture.calls.bdevs.require("M").stats().maxLatencyNs(IoType.READ)).isZero();
  }

  @Test
  void when_all_is_let_go_nothing_is_delayed_any_more() {
    ChannelDriver driver = fixture.driver(delayed(), 2);
    driver.submit(driver.prepareRead(0, 0, 512));
    fixture.whileStepping(fixture.calls.bdevs::letGo);
    assertThat(tookUs(driver, 0)).isZero();
    driver.submit(driver.prepareRead(1, 0, 512));
    assertThat(tookUs(driver, 1)).isZero();
  }

  @Test
  void other_requests_and_refused_ones_pass_at_once() {
    ChannelDriver driver = fixture.driver(delayed(), 2);
    driver.submit(driver.prepareWrite(1, 0, new byte[512]));
    for (IoType type : new IoType[] {IoType.FLUSH, IoType.UNMAP, IoType.WRITE_ZEROES}) {
      driver.io(0).prepare(type, 512, type.ranged() ? 512 : 0);
      driver.submit(driver.io(0));
      assertThat(driver.ended(driver.io(0))).isTrue();
    }
    driver.submit(driver.prepareRead(0, 64 * 512, 512));
    assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(driver.ended(driver.io(1))).isFalse();
    assertThat(tookUs(driver, 1)).isEqualTo(AVG_WRITE);
  }

  @Test
  void each_waits_for_its_own_time_and_keeps_no_other_waiting() {
    ChannelDriver driver = fixture.driver(delayed(), 64);
    for (int i = 0; i < 64; i++) {
      boolean read = i * 7 % 3 == 0;
      driver.submit(
          read
              ? driver.prepareRead(i, i * 512L, 512)
              : driver.prepareWrite(i, i * 512L, new byte[512]));
      advanceUs(i % 2);
    }
    int ended = driver.completions();
    for (int us = 0; us < 30; us++) {
      int before = driver.completions();
      advanceUs(1);
      ended += driver.completions() - before;
    }
    assertThat(ended).isEqualTo(64);
  }

  @Test
  void a_new_latency_is_that_of_requests_from_then_on_and_overtakes_older_ones() {
    ChannelDriver driver = fixture.driver(delayed(), 3);
    update(LatencyType.AVG_READ, 31_000_000); // longer than the slow ones: one by one is allowed
    driver.submit(driver.prepareRead(0, 0, 512));
    update(LatencyType.AVG_READ, 5);
    driver.submit(driver.prepareRead(1, 0, 512));
    update(LatencyType.AVG_READ, 0);
    driver.submit(driver.prepareRead(2, 0, 512));
    assertThat(driver.ended(driver.io(2))).as("without a delay, at once").isTrue();
    assertThat(tookUs(driver, 1)).isEqualTo(5);
    assertThat(driver.ended(driver.io(0))).isFalse();
    advanceUs(31_000_000 - 6);
    assertThat(driver.ended(driver.io(0))).isFalse();
    advanceUs(1);
    assertThat(driver.ended(driver.io(0))).isTrue();
  }

  private void update(LatencyType type, long us) {
    fixture.calls.call("bdev_delay_update_latency", new DelayUpdateLatency("D", type, us));
  }

  @Test
  void the_time_begins_when_the_base_has_ended_and_failures_wait_too() {
    HeldBdev held = fixture.held("H");
    fixture.delay("H", "D", 10);
    ChannelDriver driver = fixture.driver("D", 1);
    driver.submit(driver.prepareRead(0, 0, 512));
    advanceUs(100);
    held.end(held.held.getFirst().io(), IoStatus.IO_ERROR);
    assertThat(tookUs(driver, 0)).isEqualTo(10);
    assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.IO_ERROR);
  }

  @Test
  void a_reset_ends_what_waits_here_and_at_the_base() {
    HeldBdev held = fixture.held("H");
    fixture.delay("H", "D", 1000);
    ChannelDriver driver = fixture.driver("D", 4);
    driver.submit(driver.prepareRead(0, 0, 512));
    driver.submit(driver.prepareRead(1, 0, 512));
    held.end(held.held.getFirst().io(), IoStatus.OK);
    driver.io(2).prepare(IoType.RESET, 0, 0);
    driver.submit(driver.io(2));
    assertThat(driver.completions()).as("not within the submit").isZero();
    driver.submit(driver.prepareRead(3, 0, 512));
    fixture.stepped.lap();
    assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.OK);
    assertThat(held.events).contains("cancel");
    held.end(held.held.getFirst().io(), IoStatus.ABORTED);
    assertThat(driver.await(driver.io(1))).isEqualTo(IoStatus.ABORTED);
    assertThat(driver.await(driver.io(2))).isEqualTo(IoStatus.OK);
    held.end(held.held.getFirst().io(), IoStatus.OK);
    fixture.stepped.laps(3);
    assertThat(driver.ended(driver.io(3))).as("it came after the reset").isFalse();
    assertThat(tookUs(driver, 3)).isEqualTo(1000);
  }

  @Test
  void a_deletion_waits_for_no_delay_whether_of_this_bdev_or_of_one_above() {
    for (String above : new String[] {"D", "P"}) {
      fixture.calls.createMalloc("M", 64);
      fixture.delay("M", "D", 3_600_000_000L);
      fixture.passthru("D", "P");
      ChannelDriver driver = fixture.driver("P", 2);
      driver.submit(driver.prepareRead(0, 0, 512));
      driver.submit(driver.prepareWrite(1, 0, new byte[512]));
      fixture.stepped.laps(3);
      assertThat(driver.completions()).isZero();
      fixture.whileStepping(() -> delete(above));
      assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.OK);
      assertThat(driver.await(driver.io(1))).isEqualTo(IoStatus.OK);
      fixture.whileStepping(fixture.calls::clear);
    }
  }

  private void delete(String name) {
    if (name.equals("D")) {
      fixture.calls.call("bdev_delay_delete", new DelayDelete("D"));
    } else {
      fixture.calls.call("bdev_passthru_delete", new PassthruDelete("P"));
    }
  }

  @Test
  void nothing_is_polled_while_nothing_waits() {
    ChannelDriver driver = fixture.driver(delayed(), 1);
    driver.submit(driver.prepareRead(0, 0, 512));
    tookUs(driver, 0);
    fixture.stepped.lapsUntilIdle();
    driver.submit(driver.prepareRead(0, 0, 512));
    assertThat(tookUs(driver, 0)).as("and again when something does").isEqualTo(AVG_READ);
  }
}

package io.vireo.bdev.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.HeldBdev;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.filter.FilterFixture;
import io.vireo.bdev.passthru.PassthruDelete;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that wait, here or at a base whose requests end by hand. */
class PendingTest {
  private final ErrorFixture errors = new ErrorFixture();
  private final FilterFixture filters = errors.filters;
  private HeldBdev held;
  private FilterFixture.User user;
  private ChannelDriver driver;

  @BeforeEach
  void create() {
    held = filters.held("M");
    user = filters.user(filters.passthru(filters.error("M"), "P"));
    driver = filters.driver(user, 8);
  }

  @AfterEach
  void close() {
    while (!held.held.isEmpty()) {
      held.end(held.held.getFirst().io(), IoStatus.OK);
    }
    filters.close();
  }

  private void submit(int i) {
    driver.submit(driver.prepareRead(i, i * 512L, 512));
  }

  private void endAtBase(int status) {
    held.end(held.held.getFirst().io(), status);
  }

  private void pend(int count) {
    errors.inject(RequestKind.READ, ErrorType.PENDING, count);
    for (int i = 0; i < count; i++) {
      submit(i);
    }
    filters.stepped.laps(10);
    assertThat(driver.completions()).isZero();
    assertThat(held.held).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void resuming_or_clearing_lets_them_go_on_in_their_order(boolean clear) {
    pend(3);
    if (clear) {
      errors.clear();
    } else {
      filters.calls.call("bdev_error_resume_pending", new ErrorName("EE_M"));
    }
    filters.stepped.laps(2);
    assertThat(held.held).extracting(h -> h.io().offsetBytes()).containsExactly(0L, 512L, 1024L);
    endAtBase(IoStatus.OK);
    endAtBase(IoStatus.IO_ERROR);
    endAtBase(IoStatus.OK);
    assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.OK);
    assertThat(driver.await(driver.io(1))).isEqualTo(IoStatus.IO_ERROR);
    assertThat(driver.await(driver.io(2))).isEqualTo(IoStatus.OK);
  }

  @Test
  void when_all_is_let_go_nothing_is_held_any_more() {
    pend(2);
    errors.inject(RequestKind.READ, ErrorType.PENDING, 9);
    filters.whileStepping(filters.calls.bdevs::letGo);
    filters.stepped.laps(2);
    assertThat(held.held).hasSize(2);
    submit(2);
    assertThat(held.held).hasSize(3);
    for (int i = 0; i < 3; i++) {
      endAtBase(IoStatus.OK);
      assertThat(driver.await(driver.io(i))).isEqualTo(IoStatus.OK);
    }
  }

  @Test
  void those_that_go_on_wait_for_room_at_the_base() {
    pend(2);
    held.busy = true;
    errors.clear();
    filters.stepped.laps(5);
    assertThat(driver.completions()).isZero();
    held.busy = false;
    filters.stepped.laps(2);
    assertThat(held.held).hasSize(2);
  }

  @Test
  void a_reset_aborts_them_and_cancels_at_the_base() {
    pend(2);
    submit(2);
    driver.io(3).prepare(IoType.RESET, 0, 0);
    driver.submit(driver.io(3));
    assertThat(driver.completions()).as("not within the submit").isZero();
    filters.stepped.laps(2);
    assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.ABORTED);
    assertThat(driver.await(driver.io(1))).isEqualTo(IoStatus.ABORTED);
    assertThat(held.events).contains("cancel");
    assertThat(driver.ended(driver.io(3))).isFalse();
    endAtBase(IoStatus.OK);
    assertThat(driver.await(driver.io(2))).isEqualTo(IoStatus.OK);
    assertThat(driver.await(driver.io(3))).isEqualTo(IoStatus.OK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P", "EE_M", "M"})
  void whichever_is_removed_they_run_to_their_end(String removed) {
    pend(3);
    filters.stepped.reactor().post(this::serve);
    filters.whileStepping(
        () -> {
          if (removed.equals("P")) {
            filters.calls.call("bdev_passthru_delete", new PassthruDelete("P"));
          } else if (removed.equals("EE_M")) {
            filters.calls.call("bdev_error_delete", new ErrorName("EE_M"));
          } else {
            filters.calls.bdevs.unregister("M");
          }
        });
    for (int i = 0; i < 3; i++) {
      assertThat(driver.await(driver.io(i))).isEqualTo(IoStatus.OK);
    }
    assertThat(filters.calls.bdevs.find(removed)).isEmpty();
  }

  /** What is resumed comes to the base, which ends it. */
  private void serve() {
    if (!held.held.isEmpty()) {
      endAtBase(IoStatus.OK);
    }
    if (driver.completions() < 3) {
      filters.stepped.reactor().post(this::serve);
    }
  }

  @Test
  void reads_that_end_later_are_corrupted_when_they_end_well() {
    errors.inject(ErrorFixture.corruption(RequestKind.READ, 2, 3, 0xff));
    submit(0);
    submit(1);
    submit(2);
    for (int i = 0; i < 3; i++) {
      endAtBase(i == 1 ? IoStatus.IO_ERROR : IoStatus.OK);
    }
    assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.OK);
    assertThat(driver.await(driver.io(1))).isEqualTo(IoStatus.IO_ERROR);
    assertThat(driver.bytes(0, 5)).isEqualTo(HexFormat.of().parseHex("eeeeee11ee"));
    assertThat(driver.bytes(1, 5)).isEqualTo(HexFormat.of().parseHex("eeeeeeeeee"));
    assertThat(driver.bytes(2, 5)).isEqualTo(HexFormat.of().parseHex("eeeeeeeeee"));
  }

  @Test
  void one_corrupted_write_is_in_flight_at_a_time_and_a_full_base_uses_up_none() {
    errors.inject(ErrorFixture.corruption(RequestKind.WRITE, 2, 0, 1));
    held.busy = true;
    assertThat(write(0)).isEqualTo(IoStatus.BUSY);
    held.busy = false;
    assertThat(write(0)).isEqualTo(IoStatus.PENDING);
    assertThat(held.held.getFirst().io().bufferCount()).isEqualTo(2);
    assertThat(write(1)).isEqualTo(IoStatus.BUSY);
    endAtBase(IoStatus.OK);
    assertThat(write(1)).isEqualTo(IoStatus.PENDING);
    assertThat(held.held.getFirst().io().bufferCount()).isEqualTo(2);
    assertThat(write(2)).isEqualTo(IoStatus.PENDING);
    assertThat(held.held.getLast().io().bufferCount()).isEqualTo(1);
    assertThat(driver.completions()).isEqualTo(1);
  }

  private int write(int i) {
    return user.channel().submit(driver.prepareWrite(i, 0, new byte[512]));
  }
}

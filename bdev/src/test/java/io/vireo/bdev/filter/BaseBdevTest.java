package io.vireo.bdev.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.HeldBdev;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.RecordingListener;
import io.vireo.bdev.nulldev.NullResize;
import io.vireo.bdev.passthru.PassthruCreate;
import io.vireo.bdev.passthru.PassthruDelete;
import io.vireo.linux.Errno;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a base and those that stand on it do to each other. */
class BaseBdevTest {
  private final FilterFixture fixture = new FilterFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static void assertRefused(ThrowingCallable call, int errno, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(BdevException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessage(message);
  }

  @Test
  void a_base_is_claimed_while_something_stands_on_it() {
    fixture.calls.createNull("N", 8);
    fixture.passthru("N", "P");
    assertThat(fixture.calls.bdevs.require("N").claimer()).isEqualTo("passthru bdev P");
    String held = "bdev N is claimed by passthru bdev P";
    assertRefused(() -> fixture.passthru("N", "Q"), Errno.EPERM, held);
    assertRefused(() -> fixture.user("N"), Errno.EPERM, held);
    assertThat(fixture.calls.bdevs.open("N", false, new RecordingListener()).write()).isFalse();
    fixture.calls.call("bdev_passthru_delete", new PassthruDelete("P"));
    assertThat(fixture.calls.bdevs.require("N").claimer()).isNull();
    assertThat(fixture.passthru("N", "Q")).isEqualTo("Q");
  }

  @Test
  void a_base_that_somebody_writes_to_is_refused() {
    fixture.calls.createNull("N", 8);
    BdevDescriptor writer = fixture.calls.bdevs.open("N", true, new RecordingListener());
    assertRefused(
        () -> fixture.passthru("N", "P"), Errno.EBUSY, "bdev N is open for writing already");
    writer.close();
    assertThat(fixture.passthru("N", "P")).isEqualTo("P");
  }

  @Test
  void what_is_refused_leaves_the_base_free() {
    fixture.calls.createNull("N", 8);
    fixture.calls.createNull("P", 8);
    assertRefused(() -> fixture.passthru("N", "P"), Errno.EEXIST, "bdev P exists already");
    fixture
        .calls
        .refusal("bdev_passthru_create", new PassthruCreate("N", "", null))
        .hasMessageContaining("name");
    assertRefused(() -> fixture.passthru("none", "Q"), Errno.ENODEV, "there is no bdev none");
    fixture.user("N").descriptor().close();
    assertThat(fixture.calls.bdevs.all()).extracting(Bdev::name).containsExactly("N", "P");
  }

  @Test
  void a_base_that_goes_takes_with_it_all_that_stand_on_it() {
    HeldBdev held = fixture.held("H");
    fixture.passthru("H", "P");
    fixture.passthru("P", "Q");
    FilterFixture.User user = fixture.user("Q");
    ChannelDriver driver = fixture.driver(user, 2);
    driver.submit(driver.prepareWrite(0, 0, new byte[512]));
    driver.submit(driver.prepareRead(1, 512, 512));
    AtomicInteger laps = new AtomicInteger();
    fixture.stepped.reactor().post(() -> endOneByOne(held, laps));
    fixture.whileStepping(() -> fixture.calls.bdevs.unregister("H"));
    assertThat(laps).hasValueGreaterThan(5);
    assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.OK);
    assertThat(driver.await(driver.io(1))).isEqualTo(IoStatus.IO_ERROR);
    assertThat(user.listener().events()).containsExactly("removed Q");
    assertThat(driver.run(IoType.FLUSH, 0, 0)).isEqualTo(IoStatus.NO_DEVICE);
    assertThat(fixture.calls.bdevs.all()).isEmpty();
    assertThat(held.events).containsExactly("channel", "closed", "destroyed");
  }

  /** Ends what is in flight, but late, so that the removal must wait. */
  private void endOneByOne(HeldBdev held, AtomicInteger laps) {
    if (laps.incrementAndGet() > 5 && fixture.calls.bdevs.find("H").isEmpty()) {
      held.end(held.held.getFirst().io(), held.held.size() == 2 ? IoStatus.OK : IoStatus.IO_ERROR);
    }
    if (!held.held.isEmpty()) {
      fixture.stepped.reactor().post(() -> endOneByOne(held, laps));
    }
  }

  @Test
  void what_stands_on_a_base_grows_with_it_and_keeps_it_from_shrinking() {
    fixture.calls.createNull("N", 2048);
    fixture.passthru("N", "P");
    fixture.delay("P", "D", 1);
    FilterFixture.User user = fixture.user("D");
    fixture.calls.call("bdev_null_resize", new NullResize("N", 3));
    assertThat(fixture.calls.bdevs.require("P").blocks()).isEqualTo(3 * 2048);
    assertThat(fixture.calls.bdevs.require("D").blocks()).isEqualTo(3 * 2048);
    assertThat(user.listener().events()).containsExactly("resized D to 6144");
    fixture
        .calls
        .refusal("bdev_null_resize", new NullResize("N", 1))
        .hasMessage("bdev N is open and cannot shrink from 3145728 to 1048576 bytes");
  }

  @Test
  void what_the_base_can_and_is_shows_above_it() {
    HeldBdev held = fixture.held("H");
    held.supported = EnumSet.of(IoType.READ, IoType.UNMAP, IoType.RESET);
    held.readOnly = true;
    held.unmapRanges = 7;
    fixture.passthru("H", "P");
    assertThat(held.claimer()).isNull();
    Bdev above = fixture.calls.bdevs.require("P");
    for (IoType type : IoType.values()) {
      assertThat(above.supports(type)).isEqualTo(held.supports(type));
    }
    assertThat(above.readOnly()).isTrue();
    assertThat(above.maxUnmapRanges()).isEqualTo(7);
    assertThat(above.geometry()).isEqualTo(held.geometry());
    assertThat(above.blocks()).isEqualTo(HeldBdev.BLOCKS);
    assertThat(above.dma()).isFalse();
    assertThat(above.writeCache()).isFalse();
    assertRefused(() -> fixture.user("P"), Errno.EROFS, "bdev P is read-only");
  }

  @Test
  void a_deletion_waits_for_what_is_in_flight_at_the_base_and_gives_that_back() {
    HeldBdev held = fixture.held("H");
    fixture.passthru("H", "P");
    ChannelDriver driver = fixture.driver("P", 1);
    driver.submit(driver.prepareRead(0, 0, 512));
    AtomicInteger laps = new AtomicInteger();
    fixture.stepped.reactor().post(() -> endWhenLeaving(held, laps));
    fixture.whileStepping(
        () -> fixture.calls.call("bdev_passthru_delete", new PassthruDelete("P")));
    assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.OK);
    assertThat(held.events).containsExactly("channel", "closed");
    assertThat(held.claimer()).isNull();
    assertThat(fixture.calls.bdevs.all()).isEqualTo(List.of(held));
  }

  private void endWhenLeaving(HeldBdev held, AtomicInteger laps) {
    if (fixture.calls.bdevs.find("P").isEmpty() && laps.incrementAndGet() > 5) {
      held.end(held.held.getFirst().io(), IoStatus.OK);
    } else {
      fixture.stepped.reactor().post(() -> endWhenLeaving(held, laps));
    }
  }

  @Test
  void statistics_are_of_each_bdev_itself() {
    fixture.calls.createNull("N", 8);
    fixture.passthru("N", "P");
    ChannelDriver driver = fixture.driver("P", 1);
    driver.read(0, 1024);
    assertThat(driver.run(IoType.UNMAP, 8 * 512, 512)).isEqualTo(IoStatus.OUT_OF_RANGE);
    Bdev above = fixture.calls.bdevs.require("P");
    Bdev below = fixture.calls.bdevs.require("N");
    assertThat(above.stats().bytes(IoType.READ)).isEqualTo(1024);
    assertThat(below.stats().bytes(IoType.READ)).isEqualTo(1024);
    assertThat(above.stats().errors(IoStatus.OUT_OF_RANGE)).isEqualTo(1);
    assertThat(below.stats().errors(IoStatus.OUT_OF_RANGE)).isZero();
  }
}

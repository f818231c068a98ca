package io.vireo.bdev.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.HeldBdev;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bdev that passes everything on, over a base whose requests end by hand. */
class FilterChannelTest {
  private final FilterFixture fixture = new FilterFixture();
  private HeldBdev held;
  private FilterFixture.User user;

  @BeforeEach
  void stand() {
    held = fixture.held("H");
    held.unmapRanges = 4;
    fixture.passthru("H", "P");
    user = fixture.user("P");
  }

  @AfterEach
  void close() {
    while (!held.held.isEmpty()) {
      end(0, IoStatus.OK);
    }
    fixture.close();
  }

  private BdevIo below(int index) {
    return held.held.get(index).io();
  }

  private void end(int index, int status) {
    held.end(below(index), status);
  }

  @Test
  void a_request_reaches_the_base_as_it_is_with_the_same_buffers() {
    ChannelDriver driver = fixture.driver(user, 1);
    BdevIo io = driver.io(0);
    for (IoType type : new IoType[] {IoType.READ, IoType.WRITE}) {
      io.prepare(type, 1024, 1536);
      io.addBuffer(driver.memory(0) + 1, 512);
      io.addBuffer(driver.memory(0) + 1024, 1000);
      io.addBuffer(driver.memory(0) + 4096, 24);
      io.fua(type == IoType.WRITE);
      driver.submit(io);
      BdevIo below = below(0);
      assertThat(below).isNotSameAs(io);
      assertThat(below.type()).isEqualTo(type);
      assertThat(below.offsetBytes()).isEqualTo(1024);
      assertThat(below.lengthBytes()).isEqualTo(1536);
      assertThat(below.dataBytes()).isEqualTo(1536);
      assertThat(below.fua()).isEqualTo(io.fua());
      assertThat(below.bufferCount()).isEqualTo(3);
      assertThat(below.iovs()).isEqualTo(io.iovs());
      for (int i = 0; i < 3; i++) {
        assertThat(below.buffer(i)).isEqualTo(io.buffer(i));
        assertThat(below.bufferBytes(i)).isEqualTo(io.bufferBytes(i));
      }
      end(0, IoStatus.OK);
      assertThat(driver.await(io)).isEqualTo(IoStatus.OK);
    }
    io.prepare(IoType.WRITE_ZEROES, 0, 512);
    io.mayUnmap(true);
    driver.submit(io);
    assertThat(below(0).mayUnmap()).isTrue();
    assertThat(below(0).fua()).isFalse();
    assertThat(below(0).bufferCount()).isZero();
  }

  @Test
  void every_status_of_the_base_is_the_users() {
    ChannelDriver driver = fixture.driver(user, 1);
    for (int status = 0; status < IoStatus.COUNT; status++) {
      driver.submit(driver.prepareRead(0, 0, 512));
      end(0, status);
      assertThat(driver.await(driver.io(0))).isEqualTo(status);
    }
    assertThat(user.channel().inFlight()).isZero();
  }

  @Test
  void a_base_without_room_leaves_the_request_with_its_owner() {
    ChannelDriver driver = fixture.driver(user, 1);
    held.busy = true;
    for (int i = 0; i < 3 * FilterChannel.MAX_IN_FLIGHT; i++) {
      assertThat(user.channel().submit(driver.prepareRead(0, 0, 512))).isEqualTo(IoStatus.BUSY);
    }
    held.busy = false;
    assertThat(user.channel().submit(driver.io(0))).isEqualTo(IoStatus.PENDING);
  }

  @Test
  void as_many_as_there_may_be_are_in_flight_and_the_rest_finds_no_room_until_one_has_ended() {
    int most = FilterChannel.MAX_IN_FLIGHT;
    BdevIo[] ios = new BdevIo[most + 1];
    int[] ended = {0};
    for (int i = 0; i < ios.length; i++) {
      ios[i] = new BdevIo((io, status) -> ended[0]++, i, 0, 0);
      ios[i].prepare(IoType.FLUSH, 0, 0);
      int expected = i < most ? IoStatus.PENDING : IoStatus.BUSY;
      assertThat(user.channel().submit(ios[i])).isEqualTo(expected);
    }
    end(most / 2, IoStatus.OK);
    assertThat(ended[0]).isEqualTo(1);
    assertThat(user.channel().submit(ios[most])).isEqualTo(IoStatus.PENDING);
    assertThat(user.channel().submit(ios[most / 2])).isEqualTo(IoStatus.BUSY);
    while (!held.held.isEmpty()) {
      end(held.held.size() - 1, IoStatus.OK);
    }
    assertThat(ended[0]).isEqualTo(most + 1);
    assertThat(user.channel().inFlight()).isZero();
  }

  @Test
  void a_reset_resets_the_base_and_ends_after_all_before_it() {
    ChannelDriver driver = fixture.driver(user, 4);
    driver.submit(driver.prepareRead(0, 0, 512));
    driver.io(1).prepare(IoType.RESET, 0, 0);
    driver.submit(driver.io(1));
    assertThat(held.events).containsExactly("channel", "cancel");
    driver.submit(driver.prepareRead(2, 512, 512));
    driver.io(3).prepare(IoType.RESET, 0, 0);
    driver.submit(driver.io(3));
    end(0, IoStatus.ABORTED);
    assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.ABORTED);
    assertThat(driver.await(driver.io(1))).isEqualTo(IoStatus.OK);
    assertThat(driver.ended(driver.io(3))).isFalse();
    assertThat(held.events)
        .as("what came later too")
        .containsExactly("channel", "cancel", "cancel");
    end(0, IoStatus.ABORTED);
    assertThat(driver.await(driver.io(2))).isEqualTo(IoStatus.ABORTED);
    assertThat(driver.await(driver.io(3))).isEqualTo(IoStatus.OK);
    assertThat(user.channel().inFlight()).isZero();
  }

  @Test
  void a_reset_of_one_user_is_none_of_another() {
    ChannelDriver mine = fixture.driver(user, 2);
    ChannelDriver theirs = fixture.driver("P", 1);
    theirs.submit(theirs.prepareRead(0, 0, 512));
    mine.io(0).prepare(IoType.RESET, 0, 0);
    assertThat(mine.run(mine.io(0))).isEqualTo(IoStatus.OK);
    assertThat(held.events).doesNotContain("cancel");
    mine.submit(mine.prepareRead(1, 0, 512));
    assertThat(held.held.get(0).channel()).isNotSameAs(held.held.get(1).channel());
  }

  @Test
  void a_user_that_closes_closes_its_channel_of_the_base_and_no_other() {
    FilterFixture.User other = fixture.user("P");
    fixture.whileStepping(other.descriptor()::close);
    assertThat(held.events).containsExactly("channel", "channel", "closed");
    ChannelDriver driver = fixture.driver(user, 1);
    driver.submit(driver.prepareRead(0, 0, 512));
    end(0, IoStatus.OK);
    assertThat(driver.await(driver.io(0))).isEqualTo(IoStatus.OK);
  }

  @Test
  void a_completion_may_submit_again_from_within() {
    int[] left = {100};
    BdevIo[] io = new BdevIo[1];
    io[0] =
        new BdevIo(
            (again, status) -> {
              if (left[0]-- > 0) {
                assertThat(user.channel().submit(again)).isEqualTo(IoStatus.PENDING);
              }
            },
            0,
            0,
            0);
    io[0].prepare(IoType.FLUSH, 0, 0);
    assertThat(user.channel().submit(io[0])).isEqualTo(IoStatus.PENDING);
    while (!held.held.isEmpty()) {
      end(0, IoStatus.OK);
    }
    assertThat(left[0]).isEqualTo(-1);
    assertThat(fixture.calls.bdevs.require("P").stats().ops(IoType.FLUSH)).isEqualTo(101);
  }
}

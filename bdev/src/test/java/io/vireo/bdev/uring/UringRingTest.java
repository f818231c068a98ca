package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.RecordingListener;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.reactor.SteppedReactor;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What the ring does beyond the contract, where it runs short or is asked to stop. */
class UringRingTest extends RingFixture {
  @Test
  void all_channels_of_a_reactor_share_a_ring_that_goes_with_the_last() throws IOException {
    registry.register(new UringBdev("A", Bdev.uuidOf(null), open(file()), rings));
    registry.register(new UringBdev("B", Bdev.uuidOf(null), open(file()), rings));
    BdevDescriptor a = registry.open("A", true, new RecordingListener());
    BdevDescriptor b = registry.open("B", true, new RecordingListener());
    int before = descriptors();
    a.channel(stepped.reactor());
    assertThat(descriptors()).isEqualTo(before + 1);
    b.channel(stepped.reactor());
    assertThat(descriptors()).isEqualTo(before + 1);
    assertThat(stepped.watched()).hasSize(1);
    try (SteppedReactor other = new SteppedReactor()) {
      b.channel(other.reactor());
      assertThat(rings.size()).isEqualTo(2);
      assertThat(descriptors()).isEqualTo(before + 2);
      b.close();
      assertThat(rings.size()).isEqualTo(1);
    }
    a.close();
    assertThat(rings.size()).isZero();
    assertThat(stepped.watched()).isEmpty();
    assertThat(descriptors()).isEqualTo(before);
  }

  @Test
  void a_removed_bdev_closes_its_file() throws IOException {
    int before = descriptors();
    ChannelDriver driver = driver(channel("A", open(file())), 1);
    assertThat(driver.write(0, new byte[BLOCK])).isEqualTo(IoStatus.OK);
    registry.unregister("A");
    assertThat(descriptors()).isEqualTo(before);
  }

  @Test
  void with_time_to_spare_a_request_goes_to_the_kernel_at_once_else_with_its_lap() {
    int[] first = Libc.socketpair(Libc.SOCK_STREAM);
    int[] second = Libc.socketpair(Libc.SOCK_STREAM);
    ChannelDriver one = driver(channel("A", pretending(first[0])), 1);
    ChannelDriver two = driver(channel("B", pretending(second[0])), 1);
    assertThat(stepped.lap()).as("nothing to do").isZero();
    one.submit(one.prepareWrite(0, 0, new byte[BLOCK]));
    assertThat(readable(first[1])).isTrue();
    assertThat(stepped.lap()).as("takes the answer").isPositive();
    two.submit(two.prepareWrite(0, 0, new byte[BLOCK]));
    assertThat(readable(second[1])).isFalse();
    stepped.lap();
    assertThat(readable(second[1])).isTrue();
    stepped.lapsUntilIdle();
    Libc.close(first[1]);
    Libc.close(second[1]);
  }

  private static boolean readable(int fd) {
    return Libc.poll(new int[] {fd}, new int[] {Libc.POLLIN}, 0) == 1;
  }

  @Test
  void a_reset_cancels_what_waits_in_the_kernel() {
    int[] pair = Libc.socketpair(Libc.SOCK_STREAM);
    ChannelDriver driver = driver(channel("A", pretending(pair[0])), 4);
    for (int i = 0; i < 3; i++) {
      driver.submit(driver.prepareRead(i, 0, BLOCK)); // for which no data ever come
    }
    stepped.laps(100);
    assertThat(driver.completions()).isZero();
    BdevIo reset = driver.io(3);
    reset.prepare(IoType.RESET, 0, 0);
    driver.submit(reset);
    assertThat(driver.await(reset)).isEqualTo(IoStatus.OK);
    for (int i = 0; i < 3; i++) {
      assertThat(driver.await(driver.io(i))).isEqualTo(IoStatus.ABORTED);
    }
    stepped.lapsUntilIdle(); // the cancellations' own completions
    Libc.close(pair[1]);
  }

  @Test
  void a_reset_leaves_other_channels_alone() {
    int[] mine = Libc.socketpair(Libc.SOCK_STREAM);
    int[] theirs = Libc.socketpair(Libc.SOCK_STREAM);
    ChannelDriver me = driver(channel("A", pretending(mine[0])), 2);
    ChannelDriver them = driver(channel("B", pretending(theirs[0])), 1);
    them.submit(them.prepareRead(0, 0, BLOCK));
    me.submit(me.prepareRead(0, 0, BLOCK));
    me.io(1).prepare(IoType.RESET, 0, 0);
    me.submit(me.io(1));
    assertThat(me.await(me.io(0))).isEqualTo(IoStatus.ABORTED);
    stepped.lapsUntilIdle();
    assertThat(them.ended(them.io(0))).isFalse();
    me.io(1).prepare(IoType.RESET, 0, 0);
    assertThat(me.run(me.io(1))).isEqualTo(IoStatus.OK);
    Libc.send(theirs[1], me.memory(1), BLOCK, 0);
    assertThat(them.await(them.io(0))).isEqualTo(IoStatus.OK);
    Libc.close(mine[1]);
    Libc.close(theirs[1]);
  }

  @Test
  void without_a_slot_the_answer_is_busy_until_one_is_free() throws IOException {
    rings = new UringRings(4, () -> UringRings.usual(1));
    int[] pair = Libc.socketpair(Libc.SOCK_STREAM);
    BdevChannel channel = channel("A", pretending(pair[0]));
    ChannelDriver driver = driver(channel, 5);
    for (int i = 0; i < 4; i++) {
      driver.submit(driver.prepareRead(i, 0, BLOCK));
    }
    for (int laps = 0; laps < 10; laps++) {
      assertThat(channel.submit(driver.prepareRead(4, 0, BLOCK))).isEqualTo(IoStatus.BUSY);
      stepped.lap();
    }
    assertThat(channel.inFlight()).isEqualTo(4);
    Libc.send(pair[1], driver.memory(4), BLOCK, 0);
    driver.submit(driver.prepareRead(4, 0, BLOCK));
    assertThat(driver.completions()).isEqualTo(1);
    Libc.close(pair[1]); // the end of the file for the others
    for (int i = 0; i < 5; i++) {
      assertThat(driver.await(driver.io(i))).isIn(IoStatus.OK, IoStatus.IO_ERROR);
    }
  }

  @Test
  void a_greedy_channel_leaves_slots_for_the_others() throws IOException {
    rings = new UringRings(16, () -> UringRings.usual(1));
    int[] pair = Libc.socketpair(Libc.SOCK_STREAM);
    BdevChannel greedy = channel("A", pretending(pair[0]));
    ChannelDriver them = driver(greedy, 20);
    ChannelDriver me = driver(channel("B", open(file())), 1);
    int taken = 0;
    while (taken < 20 && greedy.submit(them.prepareRead(taken, 0, BLOCK)) == IoStatus.PENDING) {
      taken++;
      stepped.lap();
    }
    assertThat(taken).isEqualTo(12); // three quarters
    assertThat(greedy.submit(them.prepareRead(taken, 0, BLOCK))).isEqualTo(IoStatus.BUSY);
    for (int i = 0; i < 100; i++) {
      assertThat(me.write(0, new byte[BLOCK])).isEqualTo(IoStatus.OK);
    }
    assertThat(me.busy()).isZero();
    Libc.close(pair[1]);
    stepped.lap();
    them.until("the end of the greedy ones", () -> greedy.inFlight() == 0);
  }

  @Test
  void requests_wait_in_line_for_a_bounce_buffer_and_are_counted() throws IOException {
    rings = new UringRings(64, () -> UringRings.usual(2));
    BackingFile strict = open(file()).demanding(new IoAlignment(BLOCK, BLOCK));
    BdevChannel channel = channel("A", strict);
    ChannelDriver driver = driver(channel, 32);
    for (int i = 0; i < 32; i++) {
      BdevIo io = driver.io(i);
      long odd = driver.memory(i) + 1;
      Mem.fill(odd, BLOCK, (byte) (i + 1));
      io.prepare(IoType.WRITE, (long) i * BLOCK, BLOCK);
      io.addBuffer(odd, BLOCK);
      assertThat(channel.submit(io)).isEqualTo(IoStatus.PENDING);
    }
    driver.until("the end", () -> channel.inFlight() == 0);
    assertThat(driver.completions()).isEqualTo(32);
    assertThat(channel.bdev().stats().bounced()).isEqualTo(32);
    for (int i = 0; i < 32; i++) {
      assertThat(driver.read((long) i * BLOCK, BLOCK)).containsOnly(i + 1);
    }
    assertThat(channel.bdev().stats().bounced()).isEqualTo(32); // those were aligned
  }

  @Test
  void a_reset_also_ends_those_that_wait_for_a_buffer() {
    rings = new UringRings(64, () -> UringRings.usual(1));
    int[] pair = Libc.socketpair(Libc.SOCK_STREAM);
    BackingFile strict = pretending(pair[0]).demanding(new IoAlignment(BLOCK, BLOCK));
    ChannelDriver driver = driver(channel("A", strict), 9);
    for (int i = 0; i < 8; i++) {
      driver.io(i).prepare(IoType.READ, 0, BLOCK);
      driver.io(i).addBuffer(driver.memory(i) + 1, BLOCK);
      driver.submit(driver.io(i));
    }
    driver.io(8).prepare(IoType.RESET, 0, 0);
    driver.submit(driver.io(8));
    assertThat(driver.await(driver.io(8))).isEqualTo(IoStatus.OK);
    for (int i = 0; i < 8; i++) {
      assertThat(driver.await(driver.io(i))).isEqualTo(IoStatus.ABORTED);
    }
    stepped.lapsUntilIdle();
    Libc.close(pair[1]);
  }
}

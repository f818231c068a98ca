package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BdevChannelTest {
  private final HeldBdev bdev = new HeldBdev("Held0");
  private BdevFixture fixture;
  private final List<Integer> ended = new ArrayList<>();
  private RuntimeException thrown;

  private BdevChannel open() {
    fixture = new BdevFixture(bdev);
    return fixture.channel;
  }

  @AfterEach
  void close() {
    for (HeldBdev.Held held : List.copyOf(bdev.held)) {
      bdev.end(held.io(), IoStatus.OK);
    }
    fixture.close();
  }

  private BdevIo io(int tag, IoType type) {
    BdevIo io = new BdevIo(this::complete, tag, 0, 0);
    io.prepare(type, 0, type.ranged() ? 512 : 0);
    if (type.hasData()) {
      io.addBuffer(64, 512);
    }
    return io;
  }

  private void complete(BdevIo io, int status) {
    ended.add(io.tag());
    if (thrown != null) {
      throw thrown;
    }
  }

  @Test
  void a_type_that_the_module_does_not_serve_is_unsupported() {
    bdev.supported = EnumSet.of(IoType.READ);
    BdevChannel channel = open();
    assertThat(channel.submit(io(0, IoType.UNMAP))).isEqualTo(IoStatus.UNSUPPORTED);
    assertThat(channel.submit(io(0, IoType.RESET))).isEqualTo(IoStatus.UNSUPPORTED);
    assertThat(channel.submit(io(0, IoType.READ))).isEqualTo(IoStatus.PENDING);
  }

  @Test
  void a_read_only_bdev_refuses_changes_before_it_looks_at_them() {
    bdev.readOnly = true;
    BdevChannel channel = open();
    for (IoType type : IoType.values()) {
      int expected = type.modifies() ? IoStatus.READ_ONLY : IoStatus.PENDING;
      BdevIo io = io(0, type);
      assertThat(channel.submit(io)).as("%s", type).isEqualTo(expected);
    }
  }

  @Test
  void each_of_several_ranges_is_checked() {
    bdev.unmapRanges = 3;
    BdevChannel channel = open();
    long end = HeldBdev.BLOCKS * 512L;
    assertThat(channel.submit(unmap(0, 512, 1024, 512))).isEqualTo(IoStatus.PENDING);
    assertThat(channel.submit(unmap(0, 512, end - 512, 512))).isEqualTo(IoStatus.PENDING);
    assertThat(channel.submit(unmap(0, 512, end, 512))).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(channel.submit(unmap(0, 512, 0, end + 512))).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(channel.submit(unmap(0, 512, -512, 512))).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(channel.submit(unmap(0, 512, 512, Long.MIN_VALUE))).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(channel.submit(unmap(0, 512, 100, 512))).isEqualTo(IoStatus.MISALIGNED);
    assertThat(channel.submit(unmap(0, 512, 0, 512, 0, 512, 0, 512)))
        .isEqualTo(IoStatus.UNSUPPORTED);
    BdevIo write = unmap(0, 512, 512, 512);
    write.prepare(IoType.WRITE_ZEROES, 0, 512);
    write.addRange(512, 512);
    assertThat(channel.submit(write)).as("of an UNMAP only").isEqualTo(IoStatus.UNSUPPORTED);
  }

  /** A request of ranges, each an offset and a length. */
  private static BdevIo unmap(long... ranges) {
    long memory = Arena.global().allocate(8 * BdevIo.IOVEC_BYTES, 8).address();
    BdevIo io = new BdevIo((ended, status) -> {}, 0, memory, 8);
    io.prepare(IoType.UNMAP, ranges[0], ranges[1]);
    for (int i = 2; i < ranges.length; i += 2) {
      io.addRange(ranges[i], ranges[i + 1]);
    }
    return io;
  }

  @Test
  void busy_leaves_no_trace() {
    bdev.busy = true;
    BdevChannel channel = open();
    assertThat(channel.submit(io(0, IoType.READ))).isEqualTo(IoStatus.BUSY);
    assertThat(channel.inFlight()).isZero();
    IoStats stats = bdev.stats();
    assertThat(stats.ops(IoType.READ)).isZero();
    for (int status = 0; status < IoStatus.COUNT; status++) {
      assertThat(stats.errors(status)).isZero();
    }
  }

  @Test
  void latencies_are_counted_by_the_reactors_clock() {
    BdevChannel channel = open();
    BdevIo quick = io(0, IoType.READ);
    BdevIo slow = io(1, IoType.READ);
    channel.submit(quick);
    channel.submit(slow);
    fixture.stepped.advance(300);
    fixture.stepped.lap();
    bdev.end(quick, IoStatus.OK);
    fixture.stepped.advance(700);
    fixture.stepped.lap();
    bdev.end(slow, IoStatus.OK);
    IoStats stats = bdev.stats();
    assertThat(stats.latencyNs(IoType.READ)).isEqualTo(1300);
    assertThat(stats.minLatencyNs(IoType.READ)).isEqualTo(300);
    assertThat(stats.maxLatencyNs(IoType.READ)).isEqualTo(1000);
    assertThat(stats.minLatencyNs(IoType.WRITE)).isZero();
    assertThat(stats.maxLatencyNs(IoType.WRITE)).isZero();
  }

  @Test
  void a_failed_request_counts_by_its_status_only() {
    BdevChannel channel = open();
    BdevIo io = io(0, IoType.WRITE);
    channel.submit(io);
    bdev.end(io, IoStatus.NO_SPACE);
    assertThat(bdev.stats().ops(IoType.WRITE)).isZero();
    assertThat(bdev.stats().errors(IoStatus.NO_SPACE)).isEqualTo(1);
  }

  @Test
  void a_reset_with_nothing_in_flight_ends_at_once() {
    BdevChannel channel = open();
    assertThat(channel.submit(io(0, IoType.RESET))).isEqualTo(IoStatus.OK);
    assertThat(bdev.events).doesNotContain("cancel");
  }

  @Test
  void each_reset_waits_for_what_was_in_flight_before_it_and_for_no_more() {
    BdevChannel channel = open();
    BdevIo[] io = new BdevIo[5];
    for (int i = 0; i < 5; i++) {
      io[i] = io(i, IoType.READ);
    }
    BdevIo first = io(10, IoType.RESET);
    BdevIo second = io(11, IoType.RESET);
    channel.submit(io[0]);
    channel.submit(io[1]);
    assertThat(channel.submit(first)).isEqualTo(IoStatus.PENDING);
    channel.submit(io[2]);
    assertThat(channel.submit(second)).isEqualTo(IoStatus.PENDING);
    channel.submit(io[3]);
    channel.submit(io[4]);
    assertThat(bdev.events).containsSubsequence("cancel", "cancel");
    assertThat(channel.inFlight()).isEqualTo(7);
    bdev.end(io[3], IoStatus.OK);
    bdev.end(io[2], IoStatus.OK);
    bdev.end(io[1], IoStatus.OK);
    assertThat(ended).containsExactly(3, 2, 1);
    bdev.end(io[0], IoStatus.OK);
    assertThat(ended).containsExactly(3, 2, 1, 0, 10, 11);
    assertThat(channel.inFlight()).isEqualTo(1);
    assertThat(bdev.stats().ops(IoType.RESET)).isEqualTo(2);
  }

  @Test
  void a_hundred_thousand_resets_end_together() {
    BdevChannel channel = open();
    BdevIo io = io(0, IoType.READ);
    channel.submit(io);
    for (int i = 1; i <= 100_000; i++) {
      channel.submit(io(i, IoType.RESET));
    }
    assertThat(bdev.events).containsExactly("channel", "cancel"); // nothing new for the others
    bdev.end(io, IoStatus.OK);
    assertThat(ended).hasSize(100_001).isSorted();
    assertThat(channel.inFlight()).isZero();
  }

  @Test
  void an_owner_that_throws_takes_no_reset_with_it() {
    BdevChannel channel = open();
    BdevIo io = io(0, IoType.READ);
    channel.submit(io);
    for (int i = 1; i <= 3; i++) {
      channel.submit(io(i, IoType.RESET));
    }
    thrown = new IllegalStateException("an owner's fault");
    assertThatThrownBy(() -> bdev.end(io, IoStatus.OK)).isSameAs(thrown);
    thrown = null;
    fixture.stepped.lap();
    assertThat(ended).containsExactly(0, 1, 2, 3);
    assertThat(channel.inFlight()).isZero();
  }

  @Test
  void an_owner_that_throws_does_not_keep_its_channel_open() {
    BdevChannel channel = open();
    BdevIo io = io(0, IoType.READ);
    channel.submit(io);
    Thread removal = new Thread(() -> fixture.registry.unregister("Held0"));
    removal.start();
    while (channel.submit(io(1, IoType.FLUSH)) != IoStatus.NO_DEVICE) {
      bdev.end(bdev.held.getLast().io(), IoStatus.OK);
      fixture.stepped.lap();
    }
    thrown = new IllegalStateException("an owner's fault");
    assertThatThrownBy(() -> bdev.end(io, IoStatus.OK)).isSameAs(thrown);
    thrown = null;
    while (removal.isAlive()) {
      fixture.stepped.lap();
    }
    assertThat(bdev.events).containsExactly("channel", "closed", "destroyed");
    fixture = new BdevFixture(new HeldBdev("Held1")); // for the end of the test
  }
}

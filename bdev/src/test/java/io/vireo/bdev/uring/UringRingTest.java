package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.RecordingListener;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.HostMemory.HugePages;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorListener;
import io.vireo.reactor.ReactorOptions;
import io.vireo.reactor.SteppedReactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the ring does beyond the contract, where a disk misbehaves or runs short. */
class UringRingTest implements ReactorListener {
  private static final int BLOCK = 4096;
  private static final int BLOCKS = 256;

  private final List<String> faults = new ArrayList<>();
  private final SteppedReactor stepped = new SteppedReactor(ReactorOptions.POLL, this);
  private final BdevRegistry registry = new BdevRegistry();
  private final List<ChannelDriver> drivers = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();
  private UringRings rings = new UringRings();

  @Override
  public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
    faults.add(poller.getClass().getSimpleName() + ": " + cause.getMessage());
  }

  @Override
  public void memoryFault(Reactor reactor, InternalError error) {
    faults.add("memory");
  }

  @AfterEach
  void close() throws IOException {
    registry.all().forEach(bdev -> registry.unregister(bdev.name()));
    assertThat(rings.size()).isZero();
    drivers.forEach(ChannelDriver::close);
    stepped.close();
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }

  private Path file() throws IOException {
    Path path = TestFiles.inMemory();
    files.add(path);
    TestFiles.resize(path, (long) BLOCK * BLOCKS);
    return path;
  }

  private static BackingFile open(Path path) {
    return BackingFile.open(path.toString(), BLOCK, BackingFile.Caching.BUFFERED);
  }

  /** As if this descriptor were that of a file which passed all looks. */
  private static BackingFile pretending(int fd) {
    return new BackingFile(
        "made up",
        fd,
        (long) BLOCK * BLOCKS,
        false,
        false,
        IoAlignment.NONE,
        BdevGeometry.of(BLOCK),
        true);
  }

  private BdevChannel channel(String name, BackingFile file) {
    registry.register(new UringBdev(name, Bdev.uuidOf(null), file, rings));
    return registry.open(name, true, new RecordingListener()).channel(stepped.reactor());
  }

  private ChannelDriver driver(BdevChannel channel, int depth) {
    ChannelDriver driver = new ChannelDriver(stepped, channel, depth, 4 * BLOCK);
    drivers.add(driver);
    return driver;
  }

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

  private static int descriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return (int) open.count();
    }
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
  void a_file_that_was_made_shorter_ends_reads_with_an_error() throws IOException {
    Path path = file();
    ChannelDriver driver = driver(channel("A", open(path)), 1);
    TestFiles.resize(path, BLOCK + 100);
    assertThat(driver.run(driver.prepareRead(0, 0, BLOCK))).isEqualTo(IoStatus.OK);
    assertThat(driver.run(driver.prepareRead(0, 0, 2 * BLOCK))).isEqualTo(IoStatus.IO_ERROR);
    assertThat(driver.run(driver.prepareRead(0, BLOCK, BLOCK))).isEqualTo(IoStatus.IO_ERROR);
    assertThat(driver.run(driver.prepareRead(0, 5 * BLOCK, BLOCK))).isEqualTo(IoStatus.IO_ERROR);
  }

  @Test
  void a_full_disk_ends_writes_with_no_space() {
    ChannelDriver driver =
        driver(channel("A", pretending(Libc.open("/dev/full", Libc.O_RDWR, 0))), 1);
    assertThat(driver.write(0, new byte[BLOCK])).isEqualTo(IoStatus.NO_SPACE);
  }

  @Test
  void a_file_that_cannot_be_written_ends_writes_with_an_error() throws IOException {
    int fd = Libc.open(file().toString(), Libc.O_RDONLY, 0);
    ChannelDriver driver = driver(channel("A", pretending(fd)), 1);
    assertThat(driver.write(0, new byte[BLOCK])).isEqualTo(IoStatus.IO_ERROR);
    assertThat(driver.run(IoType.UNMAP, 0, BLOCK)).isEqualTo(IoStatus.IO_ERROR);
    assertThat(driver.read(0, BLOCK)).containsOnly(0);
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
    rings = new UringRings(4, 1);
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
    rings = new UringRings(16, 1);
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
    rings = new UringRings(64, 2);
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
    rings = new UringRings(64, 1);
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

  @Test
  void an_owner_that_throws_stops_neither_the_ring_nor_others() throws IOException {
    BdevChannel channel = channel("A", open(file()));
    ChannelDriver driver = driver(channel, 8);
    BdevIo bad =
        new BdevIo(
            (io, status) -> {
              throw new IllegalStateException("an owner's fault");
            },
            0,
            0,
            0);
    bad.prepare(IoType.FLUSH, 0, 0);
    assertThat(channel.submit(bad)).isEqualTo(IoStatus.PENDING);
    for (int i = 0; i < 8; i++) {
      driver.submit(driver.prepareWrite(i, (long) i * BLOCK, new byte[BLOCK]));
    }
    for (int i = 0; i < 8; i++) {
      assertThat(driver.await(driver.io(i))).isEqualTo(IoStatus.OK);
    }
    driver.until("the bad one's end", () -> channel.inFlight() == 0);
    driver.until("the report", () -> !faults.isEmpty());
    assertThat(faults).containsExactly("UringRing: an owner's fault");
    assertThat(driver.write(0, new byte[BLOCK])).isEqualTo(IoStatus.OK);
  }

  @Test
  void memory_that_is_gone_fails_the_request_and_costs_no_slot() throws IOException {
    rings = new UringRings(2, 1);
    long memory = TruncatedMemory.map();
    long gone = memory + TruncatedMemory.GONE_AT;
    ChannelDriver plain = driver(channel("A", open(file())), 1);
    BdevChannel bouncing = channel("B", open(file()).demanding(new IoAlignment(1 << 20, BLOCK)));
    ChannelDriver bounced = driver(bouncing, 1);
    for (int i = 0; i < 5; i++) {
      for (IoType type : new IoType[] {IoType.READ, IoType.WRITE}) {
        plain.io(0).prepare(type, 0, BLOCK);
        plain.io(0).addBuffer(gone, BLOCK);
        assertThat(plain.run(plain.io(0))).isEqualTo(IoStatus.IO_ERROR); // EFAULT
      }
      bounced.io(0).prepare(IoType.READ, 0, BLOCK);
      bounced.io(0).addBuffer(gone, BLOCK);
      assertThat(bounced.run(bounced.io(0))).isEqualTo(IoStatus.IO_ERROR);
      bounced.io(0).prepare(IoType.WRITE, 0, BLOCK);
      bounced.io(0).addBuffer(gone, BLOCK);
      assertThatThrownBy(() -> bouncing.submit(bounced.io(0))).isInstanceOf(InternalError.class);
      assertThat(bouncing.inFlight()).isZero();
    }
    assertThat(faults).isNotEmpty().containsOnly("memory");
    TruncatedMemory.unmap(memory);
    assertThat(bounced.write(0, new byte[BLOCK])).isEqualTo(IoStatus.OK);
  }

  @Test
  void a_bounced_write_of_many_steps_may_lose_its_memory_on_the_way() throws IOException {
    rings = new UringRings(2, 1);
    Path path = file();
    TestFiles.resize(path, 1 << 20);
    BdevChannel channel = channel("A", open(path).demanding(new IoAlignment(1 << 20, BLOCK)));
    ChannelDriver driver = driver(channel, 1);
    long truncated = TruncatedMemory.map();
    try (HostMemory memory = HostMemory.allocate(1 << 20, "test", HugePages.NEVER)) {
      BdevIo io = driver.io(0);
      io.prepare(IoType.WRITE, 0, Transfer.BOUNCE_BYTES + BLOCK);
      io.addBuffer(memory.address() + 1, Transfer.BOUNCE_BYTES);
      io.addBuffer(truncated + TruncatedMemory.GONE_AT, BLOCK);
      assertThat(driver.run(io)).isEqualTo(IoStatus.IO_ERROR);
      assertThat(channel.inFlight()).isZero();
      assertThat(faults).containsOnly("memory");
    }
    TruncatedMemory.unmap(truncated);
    assertThat(driver.write(0, new byte[BLOCK])).isEqualTo(IoStatus.OK);
  }
}

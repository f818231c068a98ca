package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.vireo.linux.Mem;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every bdev that stores data must do; each module inherits it. */
public abstract class BdevContract {
  private static final int MIB = 1 << 20;
  private static final int DISK_BYTES = 16 * MIB;

  private BdevFixture fixture;
  private BdevChannel channel;
  private ChannelDriver driver;
  private int block;

  /** A new bdev of that size, all zeroes, that is not registered. */
  protected abstract Bdev create(String name, long sizeBytes) throws Exception;

  @BeforeEach
  void open() throws Exception {
    fixture = new BdevFixture(create("Disk0", DISK_BYTES));
    channel = fixture.channel;
    block = fixture.bdev.blockBytes();
    driver = fixture.driver(64, 4 * MIB);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void assertZero(byte[] bytes) {
    assertThat(bytes).isEqualTo(new byte[bytes.length]);
  }

  /** Adds {@code length} bytes of request {@code i}'s memory from {@code skew} on, in pieces. */
  private void addPieces(int i, long skew, int length, int... pieces) {
    long at = driver.memory(i) + skew;
    int left = length;
    for (int n = 0; left > 0; n++) {
      int bytes = Math.min(left, pieces[n % pieces.length]);
      assertThat(driver.io(i).addBuffer(at, bytes)).isTrue();
      at += bytes + 1; // so that no piece continues the last, and addresses are odd and even
      left -= bytes;
    }
  }

  private void fillPieces(BdevIo io, byte[] from) {
    int at = 0;
    for (int b = 0; b < io.bufferCount(); b++) {
      Mem.copy(from, at, io.buffer(b), (int) io.bufferBytes(b));
      at += (int) io.bufferBytes(b);
    }
  }

  private byte[] readPieces(BdevIo io) {
    byte[] all = new byte[(int) io.dataBytes()];
    int at = 0;
    for (int b = 0; b < io.bufferCount(); b++) {
      Mem.copy(io.buffer(b), all, at, (int) io.bufferBytes(b));
      at += (int) io.bufferBytes(b);
    }
    return all;
  }

  @Test
  void a_new_disk_reads_as_zeroes() {
    assertThat(fixture.bdev.sizeBytes()).isEqualTo(DISK_BYTES);
    for (int at = 0; at < DISK_BYTES; at += 4 * MIB) {
      assertZero(driver.read(at, 4 * MIB));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 64, 65, 511})
  void what_was_written_is_read_back_and_nothing_else_has_changed(int blocks) {
    byte[] before = random(1, 1024 * block);
    assertThat(driver.write(0, before)).isEqualTo(IoStatus.OK);
    byte[] data = random(blocks, blocks * block);
    assertThat(driver.write(3L * block, data)).isEqualTo(IoStatus.OK);
    System.arraycopy(data, 0, before, 3 * block, data.length);
    assertThat(driver.read(0, before.length)).isEqualTo(before);
    assertThat(driver.read(3L * block, data.length)).isEqualTo(data);
  }

  @Test
  void data_may_lie_at_odd_addresses_and_in_pieces_of_any_length() {
    int length = 48 * block;
    int[][] shapes = {
      {length},
      {block},
      {1, length},
      {length - 1, 1},
      {block - 1, 1, 7, block + 3},
      {length / 1500 + 1},
      {2 * block, block / 2, block / 2},
    };
    for (int s = 0; s < shapes.length; s++) {
      for (long skew : new long[] {0, 1, 2, 3, 4, 511, 512, 4095}) {
        byte[] data = random(s * 8192L + skew, length);
        driver.io(0).prepare(IoType.WRITE, 5L * block, length);
        addPieces(0, skew, length, shapes[s]);
        fillPieces(driver.io(0), data);
        assertThat(driver.run(driver.io(0))).isEqualTo(IoStatus.OK);
        assertThat(driver.read(5L * block, length)).as("shape %d skew %d", s, skew).isEqualTo(data);
        driver.io(1).prepare(IoType.READ, 5L * block, length);
        addPieces(1, skew, length, shapes[shapes.length - 1 - s]);
        assertThat(driver.run(driver.io(1))).isEqualTo(IoStatus.OK);
        assertThat(readPieces(driver.io(1))).as("shape %d skew %d", s, skew).isEqualTo(data);
      }
    }
  }

  @Test
  void a_request_may_have_more_buffers_than_the_kernel_takes_at_once() {
    int length = 2000 * block;
    byte[] data = random(9, length);
    driver.io(0).prepare(IoType.WRITE, 0, length);
    addPieces(0, 0, length, block);
    assertThat(driver.io(0).bufferCount()).isEqualTo(2000);
    fillPieces(driver.io(0), data);
    assertThat(driver.run(driver.io(0))).isEqualTo(IoStatus.OK);
    driver.io(1).prepare(IoType.READ, 0, length);
    addPieces(1, 0, length, block);
    assertThat(driver.run(driver.io(1))).isEqualTo(IoStatus.OK);
    assertThat(readPieces(driver.io(1))).isEqualTo(data);
  }

  @Test
  void a_read_touches_nothing_but_its_buffers() {
    driver.write(0, random(3, 4 * block));
    long start = driver.memory(1);
    Mem.fill(start, 8L * block, (byte) 0x55);
    driver.io(1).prepare(IoType.READ, 0, 2L * block);
    driver.io(1).addBuffer(start + block + 1, block);
    driver.io(1).addBuffer(start + 4L * block + 1, block);
    assertThat(driver.run(driver.io(1))).isEqualTo(IoStatus.OK);
    byte[] memory = driver.bytes(1, 8 * block);
    for (int i = 0; i < memory.length; i++) {
      boolean buffer = (i > block && i <= 2 * block) || (i > 4 * block && i <= 5 * block);
      if (!buffer) {
        assertThat(memory[i]).as("byte %d", i).isEqualTo((byte) 0x55);
      }
    }
  }

  @Test
  void the_last_block_is_there_and_the_one_after_it_is_not() {
    byte[] data = random(4, block);
    assertThat(driver.write(DISK_BYTES - block, data)).isEqualTo(IoStatus.OK);
    assertThat(driver.read(DISK_BYTES - block, block)).isEqualTo(data);
    for (IoType type : IoType.values()) {
      if (type.ranged()) {
        assertThat(refused(type, DISK_BYTES, block)).isEqualTo(IoStatus.OUT_OF_RANGE);
        assertThat(refused(type, DISK_BYTES - block, 2L * block)).isEqualTo(IoStatus.OUT_OF_RANGE);
      }
    }
    assertThat(driver.read(DISK_BYTES - block, block)).isEqualTo(data);
  }

  /** The answer to a request that must not begin, with buffers as they should be. */
  private int refused(IoType type, long offsetBytes, long lengthBytes) {
    BdevIo io = driver.io(2);
    io.prepare(type, offsetBytes, lengthBytes);
    if (type.hasData()) {
      io.addBuffer(driver.memory(2), lengthBytes);
    }
    int answer = channel.submit(io);
    assertThat(channel.inFlight()).isZero();
    return answer;
  }

  @Test
  void offsets_and_lengths_that_overflow_are_refused() {
    long whole = -block;
    for (IoType type : new IoType[] {IoType.READ, IoType.WRITE, IoType.UNMAP}) {
      assertThat(refused(type, Long.MAX_VALUE & whole, block)).isEqualTo(IoStatus.OUT_OF_RANGE);
      assertThat(refused(type, Long.MIN_VALUE, block)).isEqualTo(IoStatus.OUT_OF_RANGE);
      assertThat(refused(type, whole, block)).isEqualTo(IoStatus.OUT_OF_RANGE);
      assertThat(refused(type, whole, 2L * block)).isEqualTo(IoStatus.OUT_OF_RANGE);
    }
    assertThat(refused(IoType.UNMAP, 0, Long.MAX_VALUE & whole)).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(refused(IoType.UNMAP, 0, Long.MIN_VALUE)).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(refused(IoType.UNMAP, block, whole)).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(refused(IoType.UNMAP, Long.MAX_VALUE & whole, Long.MAX_VALUE & whole))
        .isEqualTo(IoStatus.OUT_OF_RANGE);
  }

  @Test
  void ranges_that_are_not_whole_blocks_are_refused() {
    for (IoType type : IoType.values()) {
      if (type.ranged()) {
        assertThat(refused(type, 1, block)).isEqualTo(IoStatus.MISALIGNED);
        assertThat(refused(type, block / 2, block)).isEqualTo(IoStatus.MISALIGNED);
        assertThat(refused(type, 0, block - 1L)).isEqualTo(IoStatus.MISALIGNED);
        assertThat(refused(type, block, block / 2L)).isEqualTo(IoStatus.MISALIGNED);
      }
    }
  }

  @Test
  void buffers_that_do_not_add_up_to_the_length_are_refused() {
    for (IoType type : new IoType[] {IoType.READ, IoType.WRITE}) {
      driver.io(0).prepare(type, 0, 2L * block);
      assertThat(channel.submit(driver.io(0))).isEqualTo(IoStatus.MISALIGNED);
      driver.io(0).addBuffer(driver.memory(0), block);
      assertThat(channel.submit(driver.io(0))).isEqualTo(IoStatus.MISALIGNED);
      driver.io(0).addBuffer(driver.memory(0) + 2L * block, 2L * block);
      assertThat(channel.submit(driver.io(0))).isEqualTo(IoStatus.MISALIGNED);
    }
    assertZero(driver.read(0, 4 * block));
  }

  @Test
  void a_request_of_no_length_is_done_at_once() {
    for (IoType type : IoType.values()) {
      assertThat(driver.run(type, 0, 0)).isEqualTo(IoStatus.OK);
    }
    assertThat(driver.run(IoType.READ, DISK_BYTES, 0)).isEqualTo(IoStatus.OK);
    assertThat(driver.run(IoType.READ, DISK_BYTES + (long) block, 0))
        .isEqualTo(IoStatus.OUT_OF_RANGE);
  }

  @Test
  void a_descriptor_opened_for_reading_refuses_changes() {
    byte[] data = random(5, block);
    driver.write(0, data);
    BdevDescriptor reader = fixture.registry.open("Disk0", false, fixture.listener);
    BdevChannel reading = reader.channel(fixture.stepped.reactor());
    ChannelDriver user = fixture.driver(reading, 1, MIB);
    assertThat(user.read(0, block)).isEqualTo(data);
    assertThat(user.write(0, random(6, block))).isEqualTo(IoStatus.READ_ONLY);
    assertThat(user.run(IoType.UNMAP, 0, block)).isEqualTo(IoStatus.READ_ONLY);
    assertThat(user.run(IoType.WRITE_ZEROES, 0, block)).isEqualTo(IoStatus.READ_ONLY);
    assertThat(user.run(IoType.FLUSH, 0, 0)).isEqualTo(IoStatus.OK);
    assertThat(driver.read(0, block)).isEqualTo(data);
    reader.close();
    assertThat(user.run(IoType.FLUSH, 0, 0)).isEqualTo(IoStatus.NO_DEVICE);
  }

  @Test
  void unmap_and_write_zeroes_read_back_as_zeroes_and_leave_their_neighbours() {
    int length = 6 * MIB;
    byte[] data = random(7, 3 * MIB);
    for (boolean mayUnmap : new boolean[] {false, true}) {
      for (IoType type : new IoType[] {IoType.UNMAP, IoType.WRITE_ZEROES}) {
        for (int[] range :
            new int[][] {
              {block, block}, {0, length}, {block, length - 2 * block}, {MIB, 5 * MIB}
            }) {
          driver.write(0, data);
          driver.write(3L * MIB, data);
          driver.io(3).prepare(type, range[0], range[1]);
          driver.io(3).mayUnmap(mayUnmap);
          assertThat(driver.run(driver.io(3))).isEqualTo(IoStatus.OK);
          byte[] expected = Arrays.copyOf(data, length);
          System.arraycopy(data, 0, expected, 3 * MIB, data.length);
          Arrays.fill(expected, range[0], range[0] + range[1], (byte) 0);
          byte[] got = Arrays.copyOf(driver.read(0, 3 * MIB), length);
          System.arraycopy(driver.read(3L * MIB, 3 * MIB), 0, got, 3 * MIB, 3 * MIB);
          assertThat(Arrays.mismatch(got, expected))
              .as("%s of %d bytes at %d, may unmap: %s", type, range[1], range[0], mayUnmap)
              .isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void the_whole_disk_can_be_zeroed_in_one_request() {
    driver.write(0, random(8, MIB));
    driver.write(DISK_BYTES - MIB, random(8, MIB));
    assertThat(driver.run(IoType.WRITE_ZEROES, 0, DISK_BYTES)).isEqualTo(IoStatus.OK);
    assertZero(driver.read(0, MIB));
    assertZero(driver.read(DISK_BYTES - MIB, MIB));
  }

  @Test
  void write_through_and_flush_are_served_also_between_other_requests() {
    List<BdevIo> all = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      BdevIo io = driver.io(i);
      if (i % 3 == 2) {
        io.prepare(IoType.FLUSH, 0, 0);
      } else {
        driver.prepareWrite(i, (long) i * block, random(i, block));
        io.fua(i % 3 == 1);
      }
      driver.submit(io);
      all.add(io);
    }
    for (BdevIo io : all) {
      assertThat(driver.await(io)).isEqualTo(IoStatus.OK);
    }
    for (int i = 0; i < 24; i++) {
      byte[] expected = i % 3 == 2 ? new byte[block] : random(i, block);
      assertThat(driver.read((long) i * block, block)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void random_requests_in_flight_together_do_what_an_array_does(long seed) {
    Random random = new Random(seed);
    int lanes = 8; // each request of a round has a lane of the disk for itself
    int laneBlocks = MIB / block;
    byte[][] model = new byte[lanes][MIB];
    for (int round = 0; round < 60; round++) {
      for (int lane = 0; lane < lanes; lane++) {
        int first = random.nextInt(laneBlocks);
        int blocks = 1 + random.nextInt(Math.min(laneBlocks - first, 1 + random.nextInt(96)));
        submitRandom(random, lane, model[lane], first * block, blocks * block);
      }
      for (int lane = 0; lane < lanes; lane++) {
        BdevIo io = driver.io(lane);
        assertThat(driver.await(io)).isEqualTo(IoStatus.OK);
        if (io.type() == IoType.READ) {
          int at = (int) (io.offsetBytes() - (long) lane * MIB);
          byte[] expected = Arrays.copyOfRange(model[lane], at, at + (int) io.lengthBytes());
          assertThat(Arrays.mismatch(readPieces(io), expected))
              .as("seed %d round %d lane %d", seed, round, lane)
              .isEqualTo(-1);
        }
      }
    }
    for (int lane = 0; lane < lanes; lane++) {
      assertThat(driver.read((long) lane * MIB, MIB)).isEqualTo(model[lane]);
    }
  }

  private void submitRandom(Random random, int lane, byte[] model, int at, int length) {
    BdevIo io = driver.io(lane);
    IoType type =
        switch (random.nextInt(10)) {
          case 0, 1, 2, 3 -> IoType.READ;
          case 4, 5, 6, 7 -> IoType.WRITE;
          case 8 -> IoType.WRITE_ZEROES;
          default -> IoType.UNMAP;
        };
    io.prepare(type, (long) lane * MIB + at, length);
    io.fua(random.nextBoolean());
    io.mayUnmap(random.nextBoolean());
    if (type.hasData()) {
      int[] pieces = random.ints(3, 1, length + 1).map(n -> Math.max(n, length / 500)).toArray();
      addPieces(
          lane, random.nextInt(4096), length, random.nextBoolean() ? pieces : new int[] {length});
    }
    if (type == IoType.WRITE) {
      byte[] data = random(random.nextLong(), length);
      fillPieces(io, data);
      System.arraycopy(data, 0, model, at, length);
    } else if (type != IoType.READ) {
      Arrays.fill(model, at, at + length, (byte) 0);
    }
    driver.submit(io);
  }

  @Test
  void more_requests_than_any_ring_holds_all_end_once() {
    int depth = 3000;
    ChannelDriver deep = fixture.driver(depth, block);
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < depth; i++) {
        deep.submit(
            pass == 0
                ? deep.prepareWrite(i, (long) i * block, random(i, block))
                : deep.prepareRead(i, (long) i * block, block));
      }
      for (int i = 0; i < depth; i++) {
        assertThat(deep.await(deep.io(i))).isEqualTo(IoStatus.OK);
      }
    }
    for (int i = 0; i < depth; i++) {
      assertThat(deep.bytes(i, block)).isEqualTo(random(i, block));
    }
    assertThat(channel.inFlight()).isZero();
  }

  @Test
  void a_reset_ends_after_all_that_was_in_flight_before_it() {
    for (int round = 0; round < 20; round++) {
      List<BdevIo> before = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        driver.submit(driver.prepareWrite(i, (long) i * 16 * block, random(i, 16 * block)));
        before.add(driver.io(i));
      }
      driver.io(40).prepare(IoType.RESET, 0, 0);
      driver.io(41).prepare(IoType.RESET, 0, 0);
      driver.submit(driver.io(40));
      driver.submit(driver.prepareRead(42, 0, block));
      driver.submit(driver.io(41));
      assertThat(driver.await(driver.io(40))).isEqualTo(IoStatus.OK);
      for (BdevIo io : before) {
        assertThat(driver.ended(io)).isTrue();
        assertThat(driver.await(io)).isIn(IoStatus.OK, IoStatus.ABORTED);
      }
      assertThat(driver.await(driver.io(41))).isEqualTo(IoStatus.OK);
      assertThat(driver.ended(driver.io(42))).isTrue();
      assertThat(driver.await(driver.io(42))).isIn(IoStatus.OK, IoStatus.ABORTED);
    }
    byte[] data = random(77, block);
    assertThat(driver.write(0, data)).isEqualTo(IoStatus.OK);
    assertThat(driver.read(0, block)).isEqualTo(data);
  }

  @Test
  void a_removal_lets_requests_in_flight_end_and_refuses_later_ones() {
    for (int i = 0; i < 40; i++) {
      driver.submit(driver.prepareWrite(i, (long) i * 16 * block, random(i, 16 * block)));
    }
    fixture.unregister();
    for (int i = 0; i < 40; i++) {
      assertThat(driver.ended(driver.io(i))).isTrue();
      assertThat(driver.await(driver.io(i))).isEqualTo(IoStatus.OK);
    }
    assertThat(channel.inFlight()).isZero();
    assertThat(driver.write(0, new byte[block])).isEqualTo(IoStatus.NO_DEVICE);
    assertThat(driver.run(IoType.FLUSH, 0, 0)).isEqualTo(IoStatus.NO_DEVICE);
    assertThat(driver.run(IoType.RESET, 0, 0)).isEqualTo(IoStatus.NO_DEVICE);
    assertThat(fixture.listener.events()).containsExactly("removed Disk0");
    assertThat(fixture.registry.find("Disk0")).isEmpty();
  }

  @Test
  void closing_a_descriptor_with_requests_in_flight_waits_for_them_and_leaves_other_users() {
    BdevDescriptor other = fixture.registry.open("Disk0", true, fixture.listener);
    BdevChannel theirs = other.channel(fixture.stepped.reactor());
    ChannelDriver them = fixture.driver(theirs, 32, MIB);
    for (int i = 0; i < 32; i++) {
      them.submit(them.prepareWrite(i, (long) i * block, random(i, block)));
    }
    fixture.whileStepping(other::close);
    for (int i = 0; i < 32; i++) {
      assertThat(them.ended(them.io(i))).isTrue();
      assertThat(driver.read((long) i * block, block)).isEqualTo(random(i, block));
    }
    assertThat(them.write(0, new byte[block])).isEqualTo(IoStatus.NO_DEVICE);
  }

  @Test
  void statistics_add_up_over_channels_that_are_and_that_were() {
    driver.write(0, new byte[3 * block]);
    driver.read(0, 2 * block);
    driver.read(0, block);
    driver.run(IoType.UNMAP, 0, 4L * block);
    driver.run(IoType.FLUSH, 0, 0);
    driver.run(IoType.READ, DISK_BYTES, block);
    BdevDescriptor other = fixture.registry.open("Disk0", false, fixture.listener);
    ChannelDriver them = fixture.driver(other.channel(fixture.stepped.reactor()), 1, MIB);
    them.read(0, 5 * block);
    them.write(0, new byte[block]);
    for (int look = 0; look < 2; look++) {
      IoStats stats = fixture.bdev.stats();
      assertThat(stats.ops(IoType.READ)).isEqualTo(3);
      assertThat(stats.bytes(IoType.READ)).isEqualTo(8L * block);
      assertThat(stats.ops(IoType.WRITE)).isEqualTo(1);
      assertThat(stats.bytes(IoType.WRITE)).isEqualTo(3L * block);
      assertThat(stats.ops(IoType.UNMAP)).isEqualTo(1);
      assertThat(stats.bytes(IoType.UNMAP)).isEqualTo(4L * block);
      assertThat(stats.ops(IoType.FLUSH)).isEqualTo(1);
      assertThat(stats.errors(IoStatus.OUT_OF_RANGE)).isEqualTo(1);
      assertThat(stats.errors(IoStatus.READ_ONLY)).isEqualTo(1);
      assertThat(stats.errors(IoStatus.IO_ERROR)).isZero();
      fixture.whileStepping(other::close);
    }
  }

  @Test
  void a_completion_may_submit_its_request_again() {
    int again = 200;
    int[] left = {again};
    int[] ended = {0};
    BdevIo[] io = new BdevIo[1];
    IoCompletion owner =
        (request, status) -> {
          assertThat(status).isEqualTo(IoStatus.OK);
          ended[0]++;
          resubmit(request, left, ended);
        };
    io[0] = new BdevIo(owner, 0, 0, 0);
    io[0].prepare(IoType.READ, 0, block);
    io[0].addBuffer(driver.memory(0), block);
    resubmit(io[0], left, ended);
    driver.until("the last of them", () -> ended[0] == again);
    assertThat(fixture.bdev.stats().ops(IoType.READ)).isEqualTo(again);
  }

  private void resubmit(BdevIo io, int[] left, int[] ended) {
    while (left[0] > 0) {
      left[0]--;
      int answer = channel.submit(io);
      if (answer == IoStatus.PENDING) {
        return;
      }
      assertThat(answer).isEqualTo(IoStatus.OK);
      ended[0]++;
    }
  }

  @Test
  void requests_allocate_nothing() {
    BdevIo[] ios = new BdevIo[8];
    for (int i = 0; i < ios.length; i++) {
      ios[i] = new BdevIo((io, status) -> {}, i, driver.io(i).iovs(), 8);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    // Code that is not compiled yet allocates; what a request allocates shows in every attempt.
    for (int attempt = 0; attempt < 50 && least > 0; attempt++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      roundsOfRequests(ios, 100);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isZero();
    assertThat(fixture.bdev.stats().errors(IoStatus.IO_ERROR)).isZero();
  }

  private void roundsOfRequests(BdevIo[] ios, int rounds) {
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < ios.length; i++) {
        ios[i].prepare((i & 1) == 0 ? IoType.READ : IoType.WRITE, i * 4L * block, 4L * block);
        ios[i].addBuffer(driver.memory(i) + (i & 1), block);
        ios[i].addBuffer(driver.memory(i) + 2L * block, 3L * block);
        while (channel.submit(ios[i]) == IoStatus.BUSY) {
          fixture.stepped.lap();
        }
      }
      while (channel.inFlight() > 0) {
        fixture.stepped.lap();
      }
    }
  }
}

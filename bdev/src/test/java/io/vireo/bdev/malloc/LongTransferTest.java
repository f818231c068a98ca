package io.vireo.bdev.malloc;

import static io.vireo.linux.Numa.ANY_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevFixture;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.RecordingFaults;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.reactor.ReactorOptions;
import io.vireo.reactor.SteppedReactor;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads and writes that are too long for one lap. */
class LongTransferTest {
  private static final int MIB = 1 << 20;
  private static final int LONG_BYTES = 3 * MIB + 512;

  private final MallocBdev bdev =
      MallocBdev.allocate("M", Bdev.uuidOf(null), BdevGeometry.of(512), 16 * MIB / 512, ANY_NODE);
  private final SteppedReactor stepped =
      new SteppedReactor(ReactorOptions.POLL, new RecordingFaults());
  private final BdevFixture fixture = new BdevFixture(bdev, stepped);
  private final ChannelDriver driver = fixture.driver(3, 4 * MIB);

  @AfterEach
  void close() {
    fixture.close();
  }

  private static byte[] random(int seed, int bytes) {
    byte[] data = new byte[bytes];
    new Random(seed).nextBytes(data);
    return data;
  }

  @Test
  void what_was_written_in_pieces_is_read_in_pieces() {
    byte[] data = random(1, LONG_BYTES);
    assertThat(driver.write(512, data)).isEqualTo(IoStatus.OK);
    assertThat(driver.read(512, LONG_BYTES)).isEqualTo(data);
    assertThat(driver.read(0, 512)).containsOnly(0);
    assertThat(driver.read(512 + LONG_BYTES, 512)).containsOnly(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE"})
  void a_long_one_leaves_room_for_others_in_each_lap(IoType type) {
    BdevIo io =
        type == IoType.READ
            ? driver.prepareRead(0, 0, LONG_BYTES)
            : driver.prepareWrite(0, 0, random(2, LONG_BYTES));
    driver.submit(io);
    int laps = 0;
    while (!driver.ended(io)) {
      assertThat(fixture.channel.submit(driver.prepareRead(1, 8 * MIB, 512)))
          .isEqualTo(IoStatus.OK);
      stepped.lap();
      laps++;
    }
    assertThat(laps).isEqualTo(Math.ceilDiv(LONG_BYTES, (int) MallocChannel.PIECE_BYTES));
    assertThat(stepped.lap()).isZero(); // it is polled no more
  }

  @Test
  void what_waits_is_bounded_and_nothing_of_the_rest_is_begun() {
    int more = 3;
    ChannelDriver many = fixture.driver(MallocChannel.MAX_LONG_ONES + more, 512 << 10);
    byte[] data = random(6, 512 << 10);
    for (int i = 0; i < many.depth(); i++) {
      int status = fixture.channel.submit(many.prepareWrite(i, 0, data));
      boolean room = i < MallocChannel.MAX_LONG_ONES;
      assertThat(status).isEqualTo(room ? IoStatus.PENDING : IoStatus.BUSY);
    }
    assertThat(fixture.channel.inFlight()).isEqualTo(MallocChannel.MAX_LONG_ONES);
    many.until("the end", () -> fixture.channel.inFlight() == 0);
    assertThat(fixture.channel.submit(many.prepareWrite(0, 0, data))).isEqualTo(IoStatus.PENDING);
    many.until("the end", () -> fixture.channel.inFlight() == 0);
  }

  @Test
  void buffers_of_any_size_meet_pieces_anywhere() {
    byte[] data = random(3, LONG_BYTES);
    driver.write(0, data);
    BdevIo io = driver.io(0);
    io.prepare(IoType.READ, 0, LONG_BYTES);
    // In memory the other way round, so that no two are merged.
    long end = driver.memory(0) + LONG_BYTES;
    Random random = new Random(4);
    int left = LONG_BYTES;
    while (left > 0) {
      int bytes = Math.min(left, 1 + random.nextInt(100_000));
      end -= bytes;
      assertThat(io.addBuffer(end, bytes)).isTrue();
      left -= bytes;
    }
    assertThat(driver.run(io)).isEqualTo(IoStatus.OK);
    byte[] read = new byte[LONG_BYTES];
    int at = 0;
    for (int i = 0; i < io.bufferCount(); i++) {
      Mem.copy(io.buffer(i), read, at, (int) io.bufferBytes(i));
      at += (int) io.bufferBytes(i);
    }
    assertThat(read).isEqualTo(data);
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE"})
  void memory_that_goes_away_in_the_middle_ends_that_one_and_the_next_goes_on(IoType type) {
    int fd = Libc.memfdCreate("guest", Libc.MFD_CLOEXEC);
    Libc.ftruncate(fd, 2 * MIB);
    int access = Libc.PROT_READ | Libc.PROT_WRITE;
    long guest = Libc.mmap(0, 2 * MIB, access, Libc.MAP_SHARED, fd, 0);
    BdevIo io = driver.io(0);
    io.prepare(type, 0, 2 * MIB);
    io.addBuffer(guest, 2 * MIB);
    driver.submit(io);
    byte[] data = random(5, MIB);
    BdevIo next = driver.prepareWrite(1, 8 * MIB, data);
    driver.submit(next);
    stepped.lap();
    Libc.ftruncate(fd, MIB);
    assertThat(driver.await(io)).isEqualTo(IoStatus.IO_ERROR);
    assertThat(driver.await(next)).isEqualTo(IoStatus.OK);
    assertThat(driver.read(8 * MIB, MIB)).isEqualTo(data);
    Libc.munmap(guest, 2 * MIB);
    Libc.close(fd);
  }
}

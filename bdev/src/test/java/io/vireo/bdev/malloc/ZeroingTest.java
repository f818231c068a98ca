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
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ZeroingTest {
  private static final long MIB = 1 << 20;
  private static final long DISK_BYTES = 64 * MIB;

  private final MallocBdev bdev =
      MallocBdev.allocate("M", Bdev.uuidOf(null), BdevGeometry.of(512), DISK_BYTES / 512, ANY_NODE);
  private final BdevFixture fixture = new BdevFixture(bdev);
  private final ChannelDriver driver = fixture.driver(2, MIB);

  @AfterEach
  void close() {
    fixture.close();
  }

  private void fill() {
    byte[] data = new byte[(int) MIB];
    Arrays.fill(data, (byte) 7);
    for (long at = 0; at < DISK_BYTES; at += MIB) {
      driver.write(at, data);
    }
  }

  @Test
  void unmap_gives_memory_back() throws IOException {
    fill();
    long full = ProcessMemory.residentBytes();
    assertThat(driver.run(IoType.UNMAP, 0, DISK_BYTES)).isEqualTo(IoStatus.OK);
    if (bdev.ordinaryBytes() > 0) {
      assertThat(full - ProcessMemory.residentBytes()).isGreaterThan(DISK_BYTES / 2);
    }
    assertThat(driver.read(DISK_BYTES - MIB, (int) MIB)).containsOnly(0);
  }

  @Test
  void write_zeroes_keeps_memory_unless_it_may_unmap() throws IOException {
    fill();
    long full = ProcessMemory.residentBytes();
    assertThat(driver.run(IoType.WRITE_ZEROES, 0, DISK_BYTES)).isEqualTo(IoStatus.OK);
    assertThat(full - ProcessMemory.residentBytes()).isLessThan(DISK_BYTES / 2);
  }

  @Test
  void a_long_one_leaves_room_for_others_in_each_lap() {
    fill();
    BdevIo zeroes = driver.io(0);
    zeroes.prepare(IoType.WRITE_ZEROES, 0, DISK_BYTES / 2);
    driver.submit(zeroes);
    assertThat(driver.ended(zeroes)).isFalse();
    int laps = 0;
    while (!driver.ended(zeroes)) {
      assertThat(fixture.channel.submit(driver.prepareRead(1, DISK_BYTES - 512, 512)))
          .isEqualTo(IoStatus.OK);
      assertThat(driver.bytes(1, 512)).containsOnly(7);
      fixture.stepped.lap();
      laps++;
    }
    assertThat(laps).isEqualTo((int) (DISK_BYTES / 2 / MallocChannel.PIECE_BYTES));
    assertThat(fixture.stepped.lap()).isZero(); // it is polled no more
  }

  @Test
  void many_long_ones_end_in_order_and_right() {
    fill();
    BdevIo first = driver.io(0);
    BdevIo second = driver.io(1);
    first.prepare(IoType.WRITE_ZEROES, 512, 4 * MIB);
    second.prepare(IoType.UNMAP, 8 * MIB - 512, 6 * MIB);
    driver.submit(first);
    driver.submit(second);
    driver.await(first);
    assertThat(driver.ended(second)).isFalse();
    assertThat(driver.await(second)).isEqualTo(IoStatus.OK);
    for (long at = 0; at < 16 * MIB; at += 512) {
      boolean zero =
          (at >= 512 && at < 512 + 4 * MIB) || (at >= 8 * MIB - 512 && at < 14 * MIB - 512);
      assertThat(driver.read(at, 512)).as("at %d", at).containsOnly(zero ? 0 : 7);
    }
  }
}

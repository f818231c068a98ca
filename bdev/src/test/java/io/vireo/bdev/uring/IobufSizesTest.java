package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.iobuf.Iobuf;
import io.vireo.bdev.iobuf.IobufOptions;
import io.vireo.bdev.iobuf.IobufStats;
import io.vireo.bdev.iobuf.IobufStats.Pool;
import io.vireo.linux.Mem;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Transfers through buffers whose sizes an operator has set. */
class IobufSizesTest extends RingFixture {
  private static final int LARGE = 3 * BLOCK;
  private final Iobuf iobuf = new Iobuf(2);

  private BdevChannel unaligned(IobufOptions options) throws IOException {
    iobuf.set(options);
    rings = UringRings.of("bdev_uring", iobuf);
    return channel("A", open(file()).demanding(new IoAlignment(BLOCK, BLOCK)));
  }

  /** Of blocks that lie at an odd address, each with its own content. */
  private static BdevIo write(ChannelDriver driver, int index, int blocks) {
    long odd = driver.memory(index) + 1;
    BdevIo io = driver.io(index);
    io.prepare(IoType.WRITE, 0, (long) blocks * BLOCK);
    for (int i = 0; i < blocks; i++) {
      Mem.fill(odd + (long) i * BLOCK, BLOCK, (byte) (i + 1));
    }
    io.addBuffer(odd, (long) blocks * BLOCK);
    return io;
  }

  @Test
  void each_transfer_is_counted_for_the_buffer_that_it_had() throws IOException {
    BdevChannel channel = unaligned(new IobufOptions(4, BLOCK, 2, LARGE));
    ChannelDriver driver = driver(channel, 1);
    assertThat(driver.run(write(driver, 0, 1))).isEqualTo(IoStatus.OK);
    assertThat(driver.run(write(driver, 0, 2))).isEqualTo(IoStatus.OK);
    assertThat(driver.run(write(driver, 0, 2))).isEqualTo(IoStatus.OK);
    Map<String, IobufStats> expected =
        Map.of("bdev_uring", new IobufStats(new Pool(1, 0, 0), new Pool(2, 0, 0)));
    assertThat(iobuf.stats()).isEqualTo(expected);
    registry.unregister("A");
    assertThat(iobuf.stats()).as("after the ring has gone").isEqualTo(expected);
  }

  @Test
  void what_is_longer_than_a_large_buffer_goes_in_whole_pieces_of_it() throws IOException {
    BdevChannel channel = unaligned(new IobufOptions(64, 512, 8, LARGE + 512));
    ChannelDriver driver = new ChannelDriver(stepped, channel, 1, 9 * BLOCK);
    drivers.add(driver);
    assertThat(driver.run(write(driver, 0, 8))).isEqualTo(IoStatus.OK);
    for (int i = 0; i < 8; i++) {
      assertThat(driver.read((long) i * BLOCK, BLOCK)).containsOnly(i + 1);
    }
    assertThat(iobuf.stats().get("bdev_uring").large()).isEqualTo(new Pool(1, 0, 0));
  }

  @Test
  void each_reactor_has_its_share_and_who_finds_none_is_counted() throws IOException {
    BdevChannel channel = unaligned(new IobufOptions(2, BLOCK, 2, LARGE));
    ChannelDriver driver = driver(channel, 3);
    for (int i = 0; i < 3; i++) {
      driver.submit(write(driver, i, 1));
    }
    driver.until("the end", () -> channel.inFlight() == 0);
    assertThat(driver.completions()).isEqualTo(3);
    IobufStats stats = iobuf.stats().get("bdev_uring");
    assertThat(stats.small().retry()).isEqualTo(1);
    assertThat(stats.small().cache() + stats.large().cache()).isEqualTo(3);
  }

  @Test
  void a_file_with_blocks_that_no_buffer_holds_is_refused() throws IOException {
    iobuf.set(new IobufOptions(64, BLOCK, 8, 2 * BLOCK));
    rings = UringRings.of("bdev_uring", iobuf);
    BackingFile file = open(file());
    BackingFile large = file.demanding(new IoAlignment(BLOCK, 4 * BLOCK));
    assertThatThrownBy(() -> new UringBdev("A", Bdev.uuidOf(null), large, rings))
        .isInstanceOf(BdevException.class)
        .hasMessageContaining(
            "blocks of 16384 bytes are larger than the buffers, of 8192"
                + " (iobuf_set_options, large_bufsize)");
    file.close();
  }
}

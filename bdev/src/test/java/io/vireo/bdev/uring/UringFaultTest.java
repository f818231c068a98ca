package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.TruncatedMemory;
import io.vireo.linux.Libc;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.HostMemory.HugePages;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Disks, owners and memory that fail: only those who deserve it suffer. */
class UringFaultTest extends RingFixture {
  private static final int BOUNCE_BYTES = 128 << 10;

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
    rings = new UringRings(2, () -> UringRings.usual(1));
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
      assertThat(bouncing.submit(bounced.io(0))).isEqualTo(IoStatus.IO_ERROR);
      assertThat(bouncing.inFlight()).isZero();
    }
    bounced.until("the report", () -> !faults.isEmpty());
    assertThat(faults).containsOnly("memory");
    TruncatedMemory.unmap(memory);
    assertThat(bounced.write(0, new byte[BLOCK])).isEqualTo(IoStatus.OK);
  }

  @Test
  void a_bounced_write_of_many_steps_may_lose_its_memory_on_the_way() throws IOException {
    rings = new UringRings(2, () -> UringRings.usual(1));
    Path path = file();
    TestFiles.resize(path, 1 << 20);
    BdevChannel channel = channel("A", open(path).demanding(new IoAlignment(1 << 20, BLOCK)));
    ChannelDriver driver = driver(channel, 1);
    long truncated = TruncatedMemory.map();
    try (HostMemory memory = HostMemory.allocate(1 << 20, "test", HugePages.NEVER)) {
      BdevIo io = driver.io(0);
      io.prepare(IoType.WRITE, 0, BOUNCE_BYTES + BLOCK);
      io.addBuffer(memory.address() + 1, BOUNCE_BYTES);
      io.addBuffer(truncated + TruncatedMemory.GONE_AT, BLOCK);
      assertThat(driver.run(io)).isEqualTo(IoStatus.IO_ERROR);
      assertThat(channel.inFlight()).isZero();
      assertThat(faults).containsOnly("memory");
    }
    TruncatedMemory.unmap(truncated);
    assertThat(driver.write(0, new byte[BLOCK])).isEqualTo(IoStatus.OK);
  }
}

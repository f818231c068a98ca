package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is read, whatever shape the requests have. */
abstract class DataContract extends ContractFixture {
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
}

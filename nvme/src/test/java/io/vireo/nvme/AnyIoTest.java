package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.SUBMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import io.vireo.nvme.model.Faults;
import io.vireo.nvme.model.ModelFormat;
import io.vireo.nvme.model.ModelOptions;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random I/Os on the model, against a plain array. */
class AnyIoTest {
  private static final int BLOCKS = 16384;
  private static final int LANES = 8;

  /** Blocks, data and foreign memory that one of the I/Os has for itself. */
  private static final class Lane {
    final int blockBytes;
    final int firstBlock;
    final int blocks;
    final long near; // mapped
    final long far; // not mapped
    final int memoryBytes;
    byte[] expected; // of a read
    final List<long[]> pieces = new ArrayList<>();
    NvmeIo io;

    Lane(IoFixture fixture, int index, long far) {
      blockBytes = fixture.namespace.blockBytes();
      blocks = BLOCKS / LANES * 512 / blockBytes;
      firstBlock = index * blocks;
      memoryBytes = IoFixture.DATA_BYTES / LANES;
      near = fixture.data + (long) index * memoryBytes;
      this.far = far + (long) index * memoryBytes;
      io = new NvmeIo(fixture, 256);
    }

    /** Draws pieces that do not overlap, in ascending places, each in one of the memories. */
    void drawPieces(Random random, int bytes) {
      pieces.clear();
      io.clearData();
      int alignment = 1 << random.nextInt(13);
      int most = 1 + random.nextInt(1 + bytes / (1 + random.nextInt(8)));
      boolean foreign = random.nextInt(4) == 0;
      long at = 0;
      for (int left = bytes; left > 0; ) {
        boolean last = pieces.size() >= 200;
        int length = last ? left : Math.min(left, 1 + random.nextInt(most));
        if (!last && left - length > 0 && random.nextInt(3) > 0) {
          length = Math.min(left, (length + alignment - 1) & -alignment);
        }
        long gap = random.nextInt(3) == 0 ? 0 : random.nextInt(64);
        long place = at + gap;
        if (random.nextInt(3) > 0) {
          place = (place + alignment - 1) & -alignment;
        }
        if (place + left > memoryBytes) {
          place = at;
        }
        long hva = (foreign && random.nextBoolean() ? far : near) + place;
        assertThat(io.addData(hva, length)).isTrue();
        pieces.add(new long[] {hva, length});
        at = place + length;
        left -= length;
      }
    }

    void fill(byte[] data) {
      int done = 0;
      for (long[] piece : pieces) {
        Mem.copy(data, done, piece[0], (int) piece[1]);
        done += (int) piece[1];
      }
    }

    byte[] read(int bytes) {
      byte[] data = new byte[bytes];
      int done = 0;
      for (long[] piece : pieces) {
        Mem.copy(piece[0], data, done, (int) piece[1]);
        done += (int) piece[1];
      }
      return data;
    }
  }

  private static ModelOptions options(Random random) {
    int shift = random.nextBoolean() ? 9 : 12;
    ModelFormat format = ModelFormat.boundary(random.nextBoolean() ? 0 : 1 + random.nextInt(64));
    ModelOptions options =
        ModelOptions.DEFAULT
            .withRegisters(1024, random.nextInt(3), 12 + random.nextInt(3))
            .withMdts(random.nextInt(6))
            .withNamespaces(1, shift)
            .withBlocks(BLOCKS >> (shift - 9))
            .withSgls(random.nextInt(3))
            .withFormat(format);
    return random.nextInt(3) == 0 ? options.withShadowDoorbells() : options;
  }

  @Property(tries = 150)
  void any_pieces_anywhere_are_the_array(@ForAll long seed) {
    Random random = new Random(seed);
    ModelOptions options = options(random);
    int requests = 1 + random.nextInt(12);
    int bufferBytes = 4096 << random.nextInt(5);
    byte[] disk = new byte[BLOCKS * 512];
    try (Arena arena = Arena.ofConfined();
        IoFixture io =
            new IoFixture(options, requests + 1, requests, 2 + random.nextInt(4), bufferBytes)) {
      io.host.model().faults().reorder(seed | 1);
      io.host
          .model()
          .faults()
          .always(c -> !c.isAdmin() && c.lba() % 3 == 0, Faults.Kind.DELAY, random.nextInt(20));
      long far = arena.allocate(IoFixture.DATA_BYTES, 4096).address();
      List<Lane> lanes = new ArrayList<>();
      for (int i = 0; i < LANES; i++) {
        lanes.add(new Lane(io, i, far));
      }
      for (int round = 0; round < 6; round++) {
        for (Lane lane : lanes) {
          send(io, lane, random, disk);
        }
        io.drain();
        lanes.forEach(AnyIoTest::check);
      }
      assertThat(io.host.model().namespace(1).data()).isEqualTo(disk);
      assertThat(io.buffers.available()).isPositive();
      assertThat(io.pair.queue().unknownCompletions()).isZero();
    }
  }

  private static void send(IoFixture io, Lane lane, Random random, byte[] disk) {
    int most = Math.min(lane.blocks, random.nextBoolean() ? 8 : (256 << 10) / lane.blockBytes);
    int blocks = 1 + random.nextInt(most);
    int lba = lane.firstBlock + random.nextInt(lane.blocks - blocks + 1);
    int bytes = blocks * lane.blockBytes;
    lane.drawPieces(random, bytes);
    lane.expected = null;
    int taken;
    switch (random.nextInt(5)) {
      case 0, 1 -> {
        byte[] written = new byte[bytes];
        random.nextBytes(written);
        lane.fill(written);
        System.arraycopy(written, 0, disk, lba * lane.blockBytes, bytes);
        taken = io.disk.write(lane.io, lba, blocks, 0);
      }
      case 2 -> {
        Arrays.fill(disk, lba * lane.blockBytes, (lba + blocks) * lane.blockBytes, (byte) 0);
        taken = io.disk.writeZeroes(lane.io, lba, blocks, 0);
      }
      default -> {
        lane.expected =
            Arrays.copyOfRange(disk, lba * lane.blockBytes, (lba + blocks) * lane.blockBytes);
        taken = io.disk.read(lane.io, lba, blocks);
      }
    }
    assertThat(taken).isEqualTo(SUBMITTED);
    io.pair.ring();
    if (random.nextBoolean()) {
      io.host.model().step();
      io.pair.poll(1 + random.nextInt(4));
    }
    if (random.nextInt(16) == 0) {
      reset(io, random);
    }
  }

  /** In the middle of everything: what the controller executed may be executed again. */
  private static void reset(IoFixture io, Random random) {
    io.controller.disable();
    if (random.nextBoolean()) {
      io.host.model().step();
    }
    io.pair.suspend();
    io.pair.poll(1);
    io.controller.enable();
    io.controller.reopen(io.pair);
    io.pair.resume();
  }

  private static void check(Lane lane) {
    assertThat(lane.io.inFlight()).isFalse();
    assertThat(lane.io.status()).isZero();
    if (lane.expected != null) {
      assertThat(lane.read(lane.expected.length)).isEqualTo(lane.expected);
    }
  }
}

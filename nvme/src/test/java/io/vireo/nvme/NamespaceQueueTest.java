package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.MISALIGNED;
import static io.vireo.nvme.transport.TransportQueue.SUBMITTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Mem;
import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults;
import io.vireo.nvme.model.ModelFormat;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.spec.NvmeStatus;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** I/Os of any length on the model. */
class NamespaceQueueTest {
  /** Writes down every I/O command that the controller fetches. */
  static List<Command> watch(IoFixture io) {
    List<Command> seen = new ArrayList<>();
    io.host
        .model()
        .faults()
        .always(
            command -> {
              if (!command.isAdmin()) {
                seen.add(command);
              }
              return false;
            },
            Faults.Kind.DROP,
            0);
    return seen;
  }

  private static NvmeIo io(IoFixture fixture, long offset, long bytes) {
    NvmeIo io = new NvmeIo(fixture, 8);
    io.addData(fixture.data + offset, bytes);
    return io;
  }

  @Test
  void what_one_command_can_say_is_one_command() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      List<Command> seen = watch(io);
      byte[] written = io.fill(0, 8192, 1);
      NvmeIo write = io(io, 0, 8192);
      assertThat(io.disk.write(write, 7, 16, NvmOpcode.FUA)).isEqualTo(SUBMITTED);
      assertThat(write.inFlight()).isTrue();
      io.drain();
      assertThat(write.inFlight()).isFalse();
      NvmeIo read = io(io, 1 << 20, 8192);
      assertThat(io.disk.read(read, 7, 16)).isEqualTo(SUBMITTED);
      assertThatThrownBy(() -> io.disk.flush(read)).hasMessage("I/O is in flight already");
      io.drain();
      assertThat(io.dataAt(1 << 20, 8192)).isEqualTo(written);
      assertThat(io.disk.flush(read)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(seen).extracting(Command::opcode).containsExactly(1, 2, 0);
      assertThat(seen.getFirst().cdw12()).isEqualTo(1 << 30 | 15);
      assertThat(io.host.model().namespace(1).flushes()).isEqualTo(1);
      assertThat(io.ends(read)).isEqualTo(2);
      assertThat(io.pair.counters().splitIos()).isZero();
    }
  }

  @Test
  void what_is_out_of_range_or_of_another_length_is_refused() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      long all = io.namespace.blocks();
      NvmeIo block = io(io, 0, 512);
      assertThat(io.disk.read(block, all, 1)).isEqualTo(IoQueuePair.OUT_OF_RANGE);
      assertThat(io.disk.read(block, -1, 1)).isEqualTo(IoQueuePair.OUT_OF_RANGE);
      assertThat(io.disk.read(block, Long.MAX_VALUE, 1)).isEqualTo(IoQueuePair.OUT_OF_RANGE);
      assertThat(io.disk.read(block, 0, Long.MAX_VALUE)).isEqualTo(IoQueuePair.OUT_OF_RANGE);
      assertThat(io.disk.read(block, 0, 0)).isEqualTo(IoQueuePair.OUT_OF_RANGE);
      assertThat(io.disk.read(block, 0, 2)).isEqualTo(IoQueuePair.WRONG_LENGTH);
      assertThat(io.disk.writeZeroes(block, all, 1, 0)).isEqualTo(IoQueuePair.OUT_OF_RANGE);
      assertThat(block.inFlight()).isFalse();
      assertThat(io.pair.inFlight()).isZero();
    }
  }

  @Test
  void a_long_one_is_cut_by_mdts_and_the_optimal_boundary() { // NVM 4.1.5.1 NOIOB
    ModelOptions options = ModelOptions.DEFAULT.withMdts(2).withFormat(ModelFormat.boundary(20));
    try (IoFixture io = new IoFixture(options)) {
      List<Command> seen = watch(io);
      byte[] written = io.fill(512, 100 * 512, 2);
      NvmeIo write = io(io, 512, 100 * 512);
      assertThat(io.disk.write(write, 15, 100, NvmOpcode.FUA)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(io.ends(write)).isEqualTo(1);
      assertThat(seen).extracting(Command::lba).containsExactly(15L, 20L, 40L, 60L, 80L, 100L);
      assertThat(seen).extracting(Command::blocks).containsExactly(5, 20, 20, 20, 20, 15);
      assertThat(seen).allMatch(c -> (c.cdw12() & 1 << 30) != 0);
      byte[] disk = io.host.model().namespace(1).data();
      assertThat(Arrays.copyOfRange(disk, 15 * 512, 115 * 512)).isEqualTo(written);
    }
  }

  @Test
  void zeroes_of_any_length_are_cut_by_what_nlb_can_say() { // NVM 3.2.8: 65536 blocks
    ModelOptions options = ModelOptions.DEFAULT.withBlocks(200_000);
    try (IoFixture io = new IoFixture(options)) {
      List<Command> seen = watch(io);
      byte[] disk = io.host.model().namespace(1).data();
      Arrays.fill(disk, (byte) 1);
      NvmeIo zeroes = new NvmeIo(io, 1);
      assertThat(io.disk.writeZeroes(zeroes, 10, 180_000, NvmOpcode.DEAC)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(seen).extracting(Command::blocks).containsExactly(65536, 65536, 48928);
      assertThat(disk[10 * 512 - 1]).isEqualTo((byte) 1);
      byte[] zero = new byte[180_000 * 512];
      assertThat(Arrays.mismatch(zero, 0, zero.length, disk, 10 * 512, 180_010 * 512))
          .isEqualTo(-1);
      assertThat(disk[180_010 * 512]).isEqualTo((byte) 1);
    }
  }

  @Test
  void after_an_error_the_rest_is_not_sent_and_the_first_error_is_told() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT.withMdts(1), 4, 2)) {
      List<Command> seen = watch(io);
      io.host.model().faults().once(c -> c.lba() == 16, Faults.Kind.STATUS, 0x281);
      io.host.model().faults().always(c -> c.lba() > 16, Faults.Kind.STATUS, 0x280);
      NvmeIo read = io(io, 0, 1 << 20);
      NvmeIo after = io(io, 0, 512);
      assertThat(io.disk.read(read, 0, 2048)).isEqualTo(SUBMITTED);
      assertThat(io.disk.read(after, 0, 1)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(read.status()).isEqualTo(0x281);
      assertThat(io.ends(read)).isEqualTo(1);
      assertThat(after.status()).isZero();
      assertThat(io.ends(after)).isEqualTo(1);
      assertThat(seen).hasSizeLessThan(8);
    }
  }

  @Test
  void data_that_the_controller_cannot_take_are_copied() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT, 64, 63, 2, 8192);
        Arena foreign = Arena.ofConfined()) {
      long unmapped = foreign.allocate(65536, 4096).address();
      byte[] written = io.fill(0, 65536, 4);
      Mem.copy(written, 0, unmapped, 16384);
      NvmeIo write = new NvmeIo(io, 8);
      write.addData(unmapped, 16384);
      write.addData(io.data + 16384, 16384);
      assertThat(io.disk.write(write, 0, 64, 0)).isEqualTo(SUBMITTED);
      io.drain();
      NvmeIo odd = new NvmeIo(io, 8);
      odd.addData(io.data + (1 << 20) + 1, 100);
      odd.addData(io.data + (2 << 20) + 3, 32768 - 100);
      assertThat(io.disk.read(odd, 0, 64)).isEqualTo(SUBMITTED);
      io.drain();
      byte[] expected = Arrays.copyOf(written, 32768);
      assertThat(io.dataAt((1 << 20) + 1, 100)).isEqualTo(Arrays.copyOf(expected, 100));
      assertThat(io.dataAt((2 << 20) + 3, 32668))
          .isEqualTo(Arrays.copyOfRange(expected, 100, 32768));
      assertThat(io.pair.counters().bouncedBytes()).isEqualTo(16384 + 32768);
      assertThat(io.pair.counters().bouncedCommands()).isEqualTo(2 + 4);
      assertThat(io.pair.counters().bufferWaits()).isPositive();
      assertThat(io.pair.counters().waitedIos()).isPositive();
      assertThat(io.buffers.available()).isEqualTo(2);
    }
  }

  @Test
  void a_head_that_cannot_be_in_place_does_not_have_the_rest_copied() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT, 64, 63, 4, 65536)) {
      List<Command> seen = watch(io);
      NvmeIo read = new NvmeIo(io, 8);
      read.addData(io.data + 2, 1024);
      read.addData(io.data + 65536, 16384);
      read.addData(io.data + 131072 + 512, 512);
      assertThat(io.disk.read(read, 0, 35)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(seen).extracting(Command::blocks).containsExactly(2, 32, 1);
      assertThat(io.pair.counters().bouncedBytes()).isEqualTo(1024);
    }
  }

  @Test
  void without_buffers_what_can_be_in_place_is_and_the_rest_is_refused() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      List<Command> seen = watch(io);
      NvmeIo blocks = new NvmeIo(io, 8);
      for (int i = 0; i < 8; i++) {
        blocks.addData(io.data + i * 1024L, 512);
      }
      assertThat(io.disk.read(blocks, 0, 8)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(seen).hasSize(8);
      NvmeIo cut = new NvmeIo(io, 8);
      cut.addData(io.data, 100);
      cut.addData(io.data + 4096, 412);
      assertThat(io.disk.read(cut, 0, 1)).isEqualTo(MISALIGNED);
      assertThat(cut.inFlight()).isFalse();
      NvmeIo halfWay = new NvmeIo(io, 8);
      halfWay.addData(io.data, 4096);
      halfWay.addData(io.data + 8193, 512);
      assertThat(io.disk.read(halfWay, 0, 9)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(NvmeStatus.typeAndCode(halfWay.status()))
          .isEqualTo(NvmeStatus.DATA_TRANSFER_ERROR);
      assertThat(io.ends(halfWay)).isEqualTo(1);
      assertThat(io.ends(cut)).isZero();
    }
  }

  @Test
  void more_than_fit_wait_their_turn_first_come_first_served() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT, 4, 3)) {
      List<Command> seen = watch(io);
      List<NvmeIo> sent = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        NvmeIo read = io(io, i * 512L, 512);
        assertThat(io.disk.read(read, i, 1)).isEqualTo(SUBMITTED);
        sent.add(read);
      }
      io.drain();
      assertThat(sent).allMatch(r -> io.ends(r) == 1 && r.status() == 0);
      for (int i = 0; i < 100; i++) {
        assertThat(seen.get(i).lba()).isEqualTo(i);
      }
    }
  }
}

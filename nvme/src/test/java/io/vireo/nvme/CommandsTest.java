package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.TOO_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.memreg.MemoryMap;
import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.DsmRange;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.spec.NvmeStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The other commands of the NVM command set on the model. */
class CommandsTest {
  private static IoFixture fixture() {
    return new IoFixture(ModelOptions.DEFAULT, 16, 8, 2, 4096);
  }

  private static NamespaceLimits limits(RangeList deallocate) {
    return new NamespaceLimits(4096, 8, 8, 8, deallocate, new RangeList(0, 0, 0), 0xffff, 64);
  }

  private static void fillDisk(IoFixture io) {
    new Random(1).nextBytes(io.host.model().namespace(1).data());
  }

  @Test
  void compare_tells_whether_data_are_equal() { // NVM 3.2.1
    try (IoFixture io = fixture()) {
      io.fill(0, 4096, 2);
      NvmeIo data = io.io(0, 4096);
      assertThat(io.end(data, io.disk.write(data, 0, 8, 0))).isZero();
      assertThat(io.end(data, io.disk.compare(data, 0, 8, 0))).isZero();
      assertThat(io.end(data, io.disk.compare(data, 1, 8, 0)))
          .isEqualTo(NvmeStatus.COMPARE_FAILURE);
    }
  }

  @Test
  void uncorrectable_blocks_fail_to_be_read_and_verified() { // NVM 3.2.5, 3.2.7
    try (IoFixture io = fixture()) {
      NvmeIo one = io.io(0, 512);
      assertThat(io.end(one, io.disk.writeUncorrectable(one, 100, 3))).isZero();
      assertThat(io.end(one, io.disk.verify(one, 0, 100, 0))).isZero();
      assertThat(io.end(one, io.disk.verify(one, 0, 101, 0)))
          .isEqualTo(NvmeStatus.UNRECOVERED_READ_ERROR);
      one.addData(io.data, 512);
      assertThat(io.end(one, io.disk.read(one, 102, 1)))
          .isEqualTo(NvmeStatus.UNRECOVERED_READ_ERROR);
      assertThat(io.end(one, io.disk.write(one, 102, 1, 0))).isZero();
      assertThat(io.end(one, io.disk.read(one, 102, 1))).isZero();
    }
  }

  @Test
  void a_guest_s_discard_of_256_ranges_is_one_command() { // NVM 3.2.3
    try (IoFixture io = fixture()) {
      fillDisk(io);
      byte[] expected = io.host.model().namespace(1).data().clone();
      List<Command> seen = NamespaceQueueTest.watch(io);
      RangeList most = new RangeList(DsmRange.MAX_RANGES, Long.MAX_VALUE, Long.MAX_VALUE);
      NamespaceQueue disk = new NamespaceQueue(io.pair, io.namespace, limits(most));
      NvmeIo discard = new NvmeIo(io, 256);
      for (int i = 0; i < 256; i++) {
        assertThat(discard.addRange(i * 10L, 1 + i % 9)).isTrue();
        Arrays.fill(expected, i * 10 * 512, (i * 10 + 1 + i % 9) * 512, (byte) 0);
      }
      assertThat(discard.addRange(5000, 1)).isFalse();
      assertThat(io.end(discard, disk.deallocate(discard))).isZero();
      assertThat(seen).hasSize(1);
      assertThat(io.host.model().namespace(1).data()).isEqualTo(expected);
      assertThat(io.buffers.available()).isEqualTo(2);
      discard.clearData();
      assertThat(io.disk.deallocate(discard)).isEqualTo(IoQueuePair.OUT_OF_RANGE);
      discard.addRange(16383, 2);
      assertThat(io.disk.deallocate(discard)).isEqualTo(IoQueuePair.OUT_OF_RANGE);
    }
  }

  @Property(tries = 60)
  void ranges_are_cut_by_every_limit(@ForAll long seed) { // NVM 4.1.5.4 DMRL, DMRSL, DMSL
    Random random = new Random(seed);
    try (IoFixture io = fixture()) {
      fillDisk(io);
      byte[] expected = io.host.model().namespace(1).data().clone();
      RangeList most =
          new RangeList(1 + random.nextInt(20), 1 + random.nextInt(50), 1 + random.nextInt(300));
      NamespaceQueue disk = new NamespaceQueue(io.pair, io.namespace, limits(most));
      NvmeIo discard = new NvmeIo(io, 64);
      int lba = 0;
      for (int i = 0; i < 1 + random.nextInt(64) && lba < 16000; i++) {
        lba += random.nextInt(20);
        int blocks = 1 + random.nextInt(200);
        discard.addRange(lba, blocks);
        Arrays.fill(expected, lba * 512, (lba + blocks) * 512, (byte) 0);
        lba += blocks;
      }
      assertThat(io.end(discard, disk.deallocate(discard))).isZero();
      assertThat(io.host.model().namespace(1).data()).isEqualTo(expected);
    }
  }

  @Property(tries = 60)
  void copies_of_any_ranges_are_those_of_an_array(@ForAll long seed) { // NVM 3.2.2
    Random random = new Random(seed);
    try (IoFixture io = fixture()) {
      fillDisk(io);
      byte[] disk = io.host.model().namespace(1).data();
      byte[] expected = disk.clone();
      NvmeIo copy = new NvmeIo(io, 64);
      int at = 8192;
      for (int i = 0; i < 1 + random.nextInt(20); i++) {
        int blocks = 1 + random.nextInt(150);
        int from = random.nextInt(8192 - blocks);
        if (copy.addRange(from, blocks)) {
          System.arraycopy(disk, from * 512, expected, at * 512, blocks * 512);
          at += blocks;
        }
      }
      assertThat(io.end(copy, io.disk.copy(copy, 8192, 0))).isZero();
      assertThat(disk).isEqualTo(expected);
    }
  }

  @Test
  void a_command_without_data_names_none_of_those_that_another_was_cut_into() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT.withMdts(2), 64, 63)) {
      long guest = (io.data + MemoryMap.ENTRY_BYTES - 1) & -MemoryMap.ENTRY_BYTES;
      NvmeIo read = new NvmeIo(io, 1);
      read.addData(guest, 1 << 20);
      assertThat(io.end(read, io.disk.read(read, 0, 2048, 0))).isZero();
      NvmeIo zeroes = new NvmeIo(io, 1);
      RangeList none = new RangeList(0, 0, 0);
      NamespaceLimits limits = new NamespaceLimits(4096, 9, 9, 9, none, none, 0xffff, 0);
      NamespaceQueue other = new NamespaceQueue(io.pair, io.namespace, limits);
      assertThat(io.end(zeroes, other.writeZeroes(zeroes, 0, 100, 0)))
          .as("the model takes no pointers where there are no data")
          .isZero();
      io.host.pageTable().entries().clear(guest, MemoryMap.ENTRY_BYTES); // the guest has gone
      assertThat(io.end(zeroes, other.writeZeroes(zeroes, 0, 100, 0))).isZero();
      assertThat(io.end(zeroes, other.verify(zeroes, 0, 100, 0))).isZero();
    }
  }

  @Test
  void limits_of_commands_without_data_are_kept() { // NVM 4.1.5.4 WZSL, VSL, WUSL
    try (IoFixture io = fixture()) {
      RangeList none = new RangeList(0, 0, 0);
      NamespaceLimits limits = new NamespaceLimits(4096, 100, 7, 3, none, none, 0xffff, 64);
      NamespaceQueue disk = new NamespaceQueue(io.pair, io.namespace, limits);
      List<Command> seen = NamespaceQueueTest.watch(io);
      NvmeIo plain = new NvmeIo(io, 1);
      assertThat(io.end(plain, disk.writeZeroes(plain, 0, 20, NvmOpcode.DEAC))).isZero();
      assertThat(seen).extracting(Command::blocks).containsExactly(7, 7, 6);
      assertThat(io.end(plain, disk.verify(plain, 0, 150, 0))).isZero();
      assertThat(seen).extracting(Command::blocks).endsWith(100, 50);
      assertThat(io.end(plain, disk.writeUncorrectable(plain, 0, 4))).isZero();
      assertThat(seen).extracting(Command::blocks).endsWith(3, 1);
    }
  }

  @Test
  void what_the_controller_does_not_offer_is_refused() {
    try (IoFixture io = fixture()) {
      RangeList none = new RangeList(0, 0, 0);
      NamespaceLimits limits = new NamespaceLimits(4096, 8, 8, 8, none, none, 0, 0);
      NamespaceQueue disk = new NamespaceQueue(io.pair, io.namespace, limits);
      NvmeIo one = io.io(0, 512);
      List<Integer> answers =
          List.of(
              disk.compare(one, 0, 1, 0),
              disk.compareAndWrite(one, 0, 1, 0),
              disk.writeZeroes(one, 0, 1, 0),
              disk.verify(one, 0, 1, 0),
              disk.writeUncorrectable(one, 0, 1),
              disk.deallocate(one),
              disk.copy(one, 0, 0));
      assertThat(answers).containsOnly(IoQueuePair.UNSUPPORTED);
    }
  }

  @Test
  void a_command_of_one_s_own_takes_its_data_from_anywhere() {
    try (IoFixture io = fixture()) {
      byte[] written = io.fill(3, 2048, 5);
      NvmeIo raw = new NvmeIo(io, 8);
      raw.addData(io.data + 3, 2048);
      assertThat(io.end(raw, io.disk.passthrough(raw, NvmOpcode.WRITE, 7, 3, 0))).isZero();
      byte[] disk = io.host.model().namespace(1).data();
      assertThat(Arrays.copyOfRange(disk, 7 * 512, 11 * 512)).isEqualTo(written);
      raw.clearData();
      assertThat(io.end(raw, io.disk.passthrough(raw, 0xff, 0, 0, 0)))
          .isEqualTo(NvmeStatus.INVALID_OPCODE);
      raw.addData(io.data, 1 << 20);
      assertThat(io.disk.passthrough(raw, NvmOpcode.READ, 0, 2047, 0)).isEqualTo(TOO_LONG);
    }
  }
}

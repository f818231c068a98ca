package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.SUBMITTED;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Mem;
import io.vireo.nvme.model.ModelFormat;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.spec.NvmeStatus;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Metadata and protection information (NVM 5.2), against a model with a CRC of its own. */
class ProtectionTest {
  private static final int CHECKS =
      NvmOpcode.PRCHK_GUARD | NvmOpcode.PRCHK_APPLICATION_TAG | NvmOpcode.PRCHK_REFERENCE_TAG;
  private static final int APPLICATION = 0x1234;
  private static final long METADATA = 3L << 20; // in the fixture's data

  private static IoFixture fixture(int metadataBytes, boolean extended, int protection) {
    ModelFormat format = ModelFormat.metadata(metadataBytes, extended, protection);
    return new IoFixture(ModelOptions.DEFAULT.withMdts(2).withFormat(format), 16, 8, 2, 8192);
  }

  private static int end(IoFixture io, NvmeIo sent, int taken) {
    assertThat(taken).isEqualTo(SUBMITTED);
    io.drain();
    return NvmeStatus.typeAndCode(sent.status());
  }

  @Test
  void the_crc_is_that_of_t10() { // the check value of CRC-16/T10-DIF
    try (IoFixture io = fixture(8, false, 1)) {
      byte[] digits = "123456789".getBytes(US_ASCII);
      Mem.copy(digits, 0, io.data, digits.length);
      assertThat(Dif.crc(0, io.data, digits.length)).isEqualTo(0xd0db);
    }
  }

  @Test
  void with_pract_the_controller_makes_checks_and_strips() {
    for (int type = 1; type <= 3; type++) {
      try (IoFixture io = fixture(8, false, type)) {
        byte[] written = io.fill(0, 64 * 512, type);
        NvmeIo data = new NvmeIo(io, 8);
        data.addData(io.data, 64 * 512);
        data.tags(7, APPLICATION, 0xffff);
        int flags = NvmOpcode.PRACT | CHECKS;
        assertThat(end(io, data, io.disk.write(data, 100, 64, flags))).isZero();
        byte[] made = Arrays.copyOfRange(io.host.model().namespace(1).metadata(), 800, 816);
        assertThat(made[2]).isEqualTo((byte) 0x12);
        assertThat(made[7]).isEqualTo((byte) (type == 1 ? 100 : 7));
        assertThat(made[15]).isEqualTo((byte) (type == 1 ? 101 : type == 2 ? 8 : 7));
        data.clearData();
        data.addData(io.data + (1 << 20), 64 * 512);
        assertThat(end(io, data, io.disk.read(data, 100, 64, flags))).isZero();
        assertThat(io.dataAt(1 << 20, 64 * 512)).isEqualTo(written);
        io.host.model().namespace(1).data()[163 * 512] ^= 1;
        assertThat(end(io, data, io.disk.read(data, 100, 64, flags)))
            .isEqualTo(NvmeStatus.GUARD_CHECK_ERROR);
        data.clearData();
        data.addData(io.data, 4096);
        data.tags(7, APPLICATION + 1, 0xffff);
        assertThat(end(io, data, io.disk.read(data, 100, 8, flags))).isEqualTo(0x283);
        data.tags(7, APPLICATION + 1, 0xfff0);
        assertThat(end(io, data, io.disk.read(data, 100, 8, flags))).isZero();
        data.tags(9, APPLICATION, 0xffff);
        assertThat(end(io, data, io.disk.read(data, 100, 8, flags)))
            .isEqualTo(type == 2 ? NvmeStatus.REFERENCE_TAG_CHECK_ERROR : 0);
      }
    }
  }

  @Property(tries = 120)
  void what_the_host_makes_the_controller_accepts_and_the_other_way_round(@ForAll long seed) {
    Random random = new Random(seed);
    int metadataBytes = 8 << random.nextInt(3);
    boolean extended = random.nextBoolean();
    int protection = 1 + random.nextInt(3) | (random.nextBoolean() ? 8 : 0);
    try (IoFixture io = fixture(metadataBytes, extended, protection)) {
      Dif dif = new Dif(512, metadataBytes, protection);
      int blocks = 1 + random.nextInt(60);
      int lba = random.nextInt(16384 - blocks);
      int reference = (protection & 7) == 1 ? lba : random.nextInt();
      int unit = extended ? 512 + metadataBytes : 512;
      long data = io.data + random.nextInt(64); // any alignment: bounced then
      long metadata = io.data + METADATA + random.nextInt(8);
      io.fill(0, 64 + blocks * unit, seed);
      io.fill(METADATA, 8 + blocks * metadataBytes, seed);
      if (extended) {
        dif.makeExtended(data, blocks, reference, APPLICATION);
      } else {
        dif.makeApart(data, metadata, blocks, reference, APPLICATION);
      }
      NvmeIo one = new NvmeIo(io, 8);
      one.addData(data, (long) blocks * unit);
      one.tags(reference, APPLICATION, 0xffff);
      if (!extended) {
        one.metadata(metadata, (long) blocks * metadataBytes);
      }
      assertThat(end(io, one, io.disk.write(one, lba, blocks, CHECKS))).isZero();
      byte[] sent = io.dataAt(data - io.data, blocks * unit);
      byte[] sentApart = io.dataAt(metadata - io.data, blocks * metadataBytes);
      Mem.fill(data, (long) blocks * unit, (byte) 0);
      Mem.fill(metadata, (long) blocks * metadataBytes, (byte) 0);
      assertThat(end(io, one, io.disk.read(one, lba, blocks, CHECKS))).isZero();
      assertThat(io.dataAt(data - io.data, blocks * unit)).isEqualTo(sent);
      if (!extended) {
        assertThat(io.dataAt(metadata - io.data, blocks * metadataBytes)).isEqualTo(sentApart);
      }
      for (int i = 0; i < blocks; i++) {
        long at = data + (long) i * unit;
        long tuple = extended ? at + 512 : metadata + (long) i * metadataBytes;
        assertThat(dif.check(at, tuple, i, reference, APPLICATION, 0xffff)).isEqualTo(Dif.OK);
      }
      assertThat(io.buffers.available()).isEqualTo(2);
    }
  }

  @Test
  void a_copy_checks_what_it_reads_and_makes_anew_what_it_writes() { // NVM 3.2.2
    for (int type = 1; type <= 3; type++) {
      try (IoFixture io = fixture(8, false, type)) {
        byte[] written = io.fill(0, 120 * 512, type);
        NvmeIo data = new NvmeIo(io, 8);
        data.tags(7, APPLICATION, 0xffff);
        data.addData(io.data, 120 * 512);
        int flags = NvmOpcode.PRACT | CHECKS;
        assertThat(end(io, data, io.disk.write(data, 100, 120, flags))).isZero();
        NvmeIo copy = new NvmeIo(io, 8); // more than one range, and one command, can take
        copy.tags(7, APPLICATION, 0xffff);
        copy.addRange(100, 120);
        int both = flags | NvmOpcode.ofCopySource(flags);
        assertThat(end(io, copy, io.disk.copy(copy, 1000, both))).isZero();
        data.clearData();
        data.addData(io.data + (1 << 20), 120 * 512);
        assertThat(end(io, data, io.disk.read(data, 1000, 120, flags))).isZero();
        assertThat(io.dataAt(1 << 20, 120 * 512)).isEqualTo(written);
        io.host.model().namespace(1).metadata()[210 * 8 + 3] ^= 1; // an application tag
        assertThat(end(io, copy, io.disk.copy(copy, 2000, both))).isEqualTo(0x283);
        io.host.model().namespace(1).metadata()[210 * 8 + 3] ^= 1;
        io.host.model().namespace(1).metadata()[210 * 8 + 7] ^= 1; // a reference tag
        assertThat(end(io, copy, io.disk.copy(copy, 2000, both)))
            .isEqualTo(type == 3 ? 0 : NvmeStatus.REFERENCE_TAG_CHECK_ERROR);
      }
    }
  }

  @Test
  void compare_and_write_takes_protection_information_of_the_host() { // Base 3.4.2
    for (int type = 1; type <= 3; type++) {
      try (IoFixture io = fixture(8, true, type)) {
        Dif dif = new Dif(512, 8, type);
        io.fill(0, 4 * 520, type);
        dif.makeExtended(io.data, 2, 100, APPLICATION);
        dif.makeExtended(io.data + 2 * 520, 2, 100, APPLICATION);
        NvmeIo data = new NvmeIo(io, 8);
        data.tags(100, APPLICATION, 0xffff);
        data.addData(io.data, 2 * 520);
        assertThat(end(io, data, io.disk.write(data, 100, 2, CHECKS))).isZero();
        data.addData(io.data + 2 * 520, 2 * 520);
        assertThat(end(io, data, io.disk.compareAndWrite(data, 100, 2, CHECKS))).isZero();
        data.clearData();
        data.addData(io.data + 8192, 2 * 520);
        assertThat(end(io, data, io.disk.read(data, 100, 2, CHECKS))).isZero();
        assertThat(io.dataAt(8192, 1040)).isEqualTo(io.dataAt(1040, 1040));
      }
    }
  }

  @Test
  void zeroes_are_written_without_a_check() { // of which there would be nothing
    try (IoFixture io = fixture(8, false, 1)) {
      NvmeIo zeroes = new NvmeIo(io, 1);
      int flags = NvmOpcode.PRACT | CHECKS;
      assertThat(end(io, zeroes, io.disk.writeZeroes(zeroes, 100, 64, flags))).isZero();
    }
  }

  @Test
  void an_append_lets_the_controller_put_the_right_reference_tags() { // ZNS 3.4.1, PIREMAP
    for (int type = 1; type <= 3; type++) {
      for (boolean extended : new boolean[] {false, true}) {
        ModelFormat format = new ModelFormat(0, 8, extended, type, 256);
        try (IoFixture io =
            new IoFixture(ModelOptions.DEFAULT.withFormat(format), 16, 8, 2, 8192)) {
          ZonedQueue zones = new ZonedQueue(io.disk, 65536);
          int flags = NvmOpcode.PRACT | CHECKS;
          NvmeIo data = new NvmeIo(io, 8);
          data.tags(7, APPLICATION, 0xffff);
          byte[] written = io.fill(0, 3 * 512, type);
          data.addData(io.data, 3 * 512);
          assertThat(end(io, data, zones.append(data, 256, 3, flags))).isZero();
          assertThat(end(io, data, zones.append(data, 256, 3, flags))).isZero();
          assertThat(data.result()).isEqualTo(259);
          data.clearData();
          data.addData(io.data + 8192, 3 * 512);
          assertThat(end(io, data, io.disk.read(data, 259, 3, flags))).isZero();
          assertThat(io.dataAt(8192, 3 * 512)).isEqualTo(written);
          // Without PRACT metadata are the host's, and as long as they have to be.
          assertThat(zones.append(data, 256, 3, 0)).isEqualTo(IoQueuePair.WRONG_LENGTH);
        }
      }
    }
  }

  @Test
  void the_host_finds_what_is_wrong() {
    try (IoFixture io = fixture(16, false, 1)) {
      Dif dif = new Dif(512, 16, 1);
      io.fill(0, 512, 1);
      long tuple = io.data + METADATA;
      dif.make(io.data, tuple, 0, 5, APPLICATION);
      assertThat(dif.check(io.data, tuple, 0, 5, APPLICATION, 0xffff)).isEqualTo(Dif.OK);
      assertThat(dif.check(io.data, tuple, 1, 5, APPLICATION, 0xffff)).isEqualTo(Dif.REFERENCE_TAG);
      assertThat(dif.check(io.data, tuple, 0, 5, 0x1235, 0xffff)).isEqualTo(Dif.APPLICATION_TAG);
      assertThat(dif.check(io.data, tuple, 0, 5, 0x1235, 0xfff0)).isEqualTo(Dif.OK);
      Mem.putByte(tuple, (byte) ~Mem.getByte(tuple)); // metadata before the tuple count too
      assertThat(dif.check(io.data, tuple, 0, 5, APPLICATION, 0xffff)).isEqualTo(Dif.GUARD);
      Mem.putShort(tuple + 8 + 2, (short) 0xffff);
      assertThat(dif.check(io.data, tuple, 0, 5, APPLICATION, 0xffff)).isEqualTo(Dif.OK);
      assertThatThrownBy(() -> new Dif(512, 4, 1))
          .hasMessage("metadata of 4 bytes have no room for protection information of 8");
    }
  }

  @Test
  void metadata_that_are_missing_or_of_another_length_are_refused() {
    try (IoFixture io = fixture(16, false, 0)) {
      NvmeIo one = new NvmeIo(io, 8);
      one.addData(io.data, 4096);
      assertThat(io.disk.read(one, 0, 8)).isEqualTo(IoQueuePair.WRONG_LENGTH);
      one.metadata(io.data + METADATA, 127);
      assertThat(io.disk.read(one, 0, 8)).isEqualTo(IoQueuePair.WRONG_LENGTH);
      one.metadata(io.data + METADATA, 128);
      assertThat(end(io, one, io.disk.read(one, 0, 8))).isZero();
    }
    try (IoFixture io = fixture(16, true, 0)) {
      NvmeIo one = new NvmeIo(io, 8);
      one.addData(io.data, 4096);
      assertThat(io.disk.read(one, 0, 8)).isEqualTo(IoQueuePair.WRONG_LENGTH);
      one.addData(io.data + 4096, 128);
      assertThat(end(io, one, io.disk.read(one, 0, 8))).isZero();
    }
  }
}

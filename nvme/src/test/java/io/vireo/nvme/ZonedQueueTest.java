package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.SUBMITTED;
import static io.vireo.nvme.transport.TransportQueue.TOO_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.ModelFormat;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.Zns;
import io.vireo.nvme.spec.ZoneReport;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Zones (ZNS 2 and 3) on the model: 64 of 256 blocks. */
class ZonedQueueTest {
  private static final int ZONE = 256;

  private static IoFixture fixture() {
    ModelOptions options = ModelOptions.DEFAULT.withFormat(ModelFormat.zones(ZONE));
    return new IoFixture(options, 16, 8, 2, 16384);
  }

  private static int end(IoFixture io, NvmeIo sent, int taken) {
    assertThat(taken).isEqualTo(SUBMITTED);
    io.drain();
    return sent.status() & 0x7ff;
  }

  private static int state(IoFixture io, ZonedQueue zones, long lba) {
    NvmeIo report = new NvmeIo(io, 1);
    report.addData(io.data, 128);
    assertThat(end(io, report, zones.report(report, lba, Zns.ALL_ZONES, true))).isZero();
    assertThat(ZoneReport.firstBlock(ZoneReport.descriptor(io.data, 0))).isEqualTo(lba);
    return ZoneReport.state(ZoneReport.descriptor(io.data, 0));
  }

  @Test
  void appends_tell_where_they_went() {
    try (IoFixture io = fixture()) {
      ZonedQueue zones = new ZonedQueue(io.disk, 65536);
      byte[] written = io.fill(4096, 3 * 4096, 1);
      NvmeIo append = new NvmeIo(io, 8);
      for (int i = 0; i < 3; i++) {
        append.clearData();
        append.addData(io.data + 4096 * (i + 1L), 4096);
        assertThat(end(io, append, zones.append(append, 2 * ZONE, 8, 0))).isZero();
        assertThat(append.result()).isEqualTo(2 * ZONE + 8L * i);
      }
      byte[] odd = io.fill(1, 1000, 2);
      append.clearData();
      append.addData(io.data + 1, 1000); // bounced, in two pieces
      append.addData(io.data + 5001, 24);
      assertThat(end(io, append, zones.append(append, 2 * ZONE, 2, 0))).isZero();
      assertThat(append.result()).isEqualTo(2 * ZONE + 24);
      byte[] disk = io.host.model().namespace(1).data();
      assertThat(Arrays.copyOfRange(disk, 2 * ZONE * 512, 2 * ZONE * 512 + 12288))
          .isEqualTo(written);
      assertThat(Arrays.copyOf(Arrays.copyOfRange(disk, (2 * ZONE + 24) * 512, 1 << 19), 1000))
          .isEqualTo(odd);
    }
  }

  @Test
  void the_controller_tells_of_zones_and_how_long_an_append_may_be() { // ZNS 4.1.5
    try (IoFixture io = fixture()) {
      assertThat(io.namespace.zones().zoneBlocks()).isEqualTo(ZONE);
      assertThat(io.namespace.zones().maxOpen()).isZero();
      ZonedQueue zones = ZonedQueue.of(io.controller, io.disk);
      int most = 2 << io.controller.cap().minPageShift();
      NvmeIo append = new NvmeIo(io, 1);
      append.addData(io.data, most);
      assertThat(end(io, append, zones.append(append, 0, most / 512, 0))).isZero();
      append.addData(io.data + most, 512);
      assertThat(zones.append(append, 0, most / 512 + 1, 0)).isEqualTo(TOO_LONG);
    }
  }

  @Test
  void an_append_is_not_cut() {
    try (IoFixture io = fixture()) {
      ZonedQueue zones = new ZonedQueue(io.disk, 65536);
      NvmeIo append = new NvmeIo(io, 1);
      append.addData(io.data, 129 * 512);
      assertThat(zones.append(append, 0, 129, 0)).isEqualTo(TOO_LONG);
      append.clearData();
      append.addData(io.data, 127 * 512);
      assertThat(zones.append(append, 0, 128, 0)).isEqualTo(IoQueuePair.WRONG_LENGTH);
      assertThat(zones.append(append, 16384, 127, 0)).isEqualTo(IoQueuePair.OUT_OF_RANGE);
    }
  }

  @Test
  void a_write_is_not_cut_and_a_read_ends_with_its_zone() { // ZNS 2.1.1
    ModelOptions small = ModelOptions.DEFAULT.withMdts(2).withFormat(ModelFormat.zones(ZONE));
    try (IoFixture io = new IoFixture(small, 64, 63, 2, 16384)) {
      List<Command> seen = NamespaceQueueTest.watch(io);
      int bytes = io.controller.maxTransferBytes();
      int most = bytes / 512;
      NvmeIo write = new NvmeIo(io, 8);
      write.addData(io.data, bytes + 512);
      assertThat(io.disk.write(write, 0, most + 1, 0)).isEqualTo(TOO_LONG);
      assertThat(io.disk.write(write, 0, most, 0)).isEqualTo(IoQueuePair.WRONG_LENGTH);
      byte[] written = io.fill(0, ZONE * 512, 5);
      for (int lba = 0; lba < ZONE; lba += most) {
        write.clearData();
        write.addData(io.data + lba * 512L, bytes);
        assertThat(end(io, write, io.disk.write(write, lba, most, 0))).isZero();
      }
      assertThat(seen).hasSize(ZONE / most);
      seen.clear();
      NvmeIo read = new NvmeIo(io, 8);
      read.addData(io.data + (1 << 20), ZONE * 512);
      assertThat(end(io, read, io.disk.read(read, ZONE - 8, ZONE, 0))).isZero();
      assertThat(seen).extracting(Command::lba).contains((long) ZONE);
      assertThat(seen)
          .allMatch(c -> c.lba() / ZONE == (c.lba() + c.blocks() - 1) / ZONE, "in one zone");
      assertThat(io.dataAt(1 << 20, 8 * 512))
          .isEqualTo(Arrays.copyOfRange(written, (ZONE - 8) * 512, ZONE * 512));
    }
  }

  @Test
  void zones_are_opened_closed_finished_and_reset() { // ZNS 3.4.3
    try (IoFixture io = fixture()) {
      ZonedQueue zones = new ZonedQueue(io.disk, 65536);
      NvmeIo manage = new NvmeIo(io, 1);
      assertThat(state(io, zones, ZONE)).isEqualTo(ZoneReport.EMPTY);
      assertThat(end(io, manage, zones.manage(manage, ZONE, Zns.OPEN))).isZero();
      assertThat(state(io, zones, ZONE)).isEqualTo(ZoneReport.EXPLICITLY_OPEN);
      NvmeIo write = new NvmeIo(io, 1);
      write.addData(io.data + 8192, 512);
      assertThat(end(io, write, io.disk.write(write, ZONE, 1, 0))).isZero();
      assertThat(end(io, write, io.disk.write(write, ZONE, 1, 0))).isEqualTo(0x1bc);
      assertThat(end(io, manage, zones.manage(manage, ZONE, Zns.CLOSE))).isZero();
      assertThat(state(io, zones, ZONE)).isEqualTo(ZoneReport.CLOSED);
      assertThat(end(io, manage, zones.manage(manage, ZONE, Zns.FINISH))).isZero();
      assertThat(state(io, zones, ZONE)).isEqualTo(ZoneReport.FULL);
      assertThat(end(io, manage, zones.manage(manage, ZONE + 1, Zns.RESET))).isEqualTo(2);
      assertThat(end(io, manage, zones.manage(manage, ZONE, Zns.OFFLINE))).isEqualTo(0x1bf);
      assertThat(end(io, write, io.disk.write(write, 3 * ZONE, 1, 0))).isZero();
      assertThat(end(io, manage, zones.manageAll(manage, Zns.RESET))).isZero();
      assertThat(state(io, zones, ZONE)).isEqualTo(ZoneReport.EMPTY);
      assertThat(state(io, zones, 3 * ZONE)).isEqualTo(ZoneReport.EMPTY);
    }
  }

  @Test
  void a_report_counts_all_zones_or_those_that_fit() { // ZNS 3.4.2
    try (IoFixture io = fixture()) {
      ZonedQueue zones = new ZonedQueue(io.disk, 65536);
      NvmeIo one = new NvmeIo(io, 4);
      for (int i = 0; i < 5; i++) {
        assertThat(end(io, one, zones.manage(one, i * 2L * ZONE, Zns.FINISH))).isZero();
      }
      NvmeIo report = new NvmeIo(io, 4);
      report.addData(io.data, 64 + 2 * 64);
      assertThat(end(io, report, zones.report(report, ZONE, Zns.FULL_ZONES, false))).isZero();
      assertThat(ZoneReport.zones(io.data)).isEqualTo(4);
      assertThat(end(io, report, zones.report(report, ZONE, Zns.FULL_ZONES, true))).isZero();
      assertThat(ZoneReport.zones(io.data)).isEqualTo(2);
      long second = ZoneReport.descriptor(io.data, 1);
      assertThat(ZoneReport.firstBlock(second)).isEqualTo(4 * ZONE);
      assertThat(ZoneReport.capacityBlocks(second)).isEqualTo(ZONE);
      assertThat(ZoneReport.writePointer(second)).isEqualTo(4 * ZONE);
      report.clearData();
      report.addData(io.data, 65);
      assertThat(zones.report(report, 0, Zns.ALL_ZONES, true)).isEqualTo(IoQueuePair.WRONG_LENGTH);
    }
  }
}

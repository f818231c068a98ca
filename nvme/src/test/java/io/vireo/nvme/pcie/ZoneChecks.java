package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.Mem;
import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NamespaceQueue;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeIo;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.ZonedQueue;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.spec.Zns;
import io.vireo.nvme.spec.ZoneReport;
import java.util.Arrays;
import java.util.SplittableRandom;

/** The zones of a namespace: what they say of themselves, appends, and what they refuse. */
final class ZoneChecks {
  private static final int REPORT = 2 << 20; // where in the memory a report goes

  private final NvmeNamespace namespace;
  private final NamespaceQueue queue;
  private final ZonedQueue zones;
  private final IoRunner runner;
  private final long data;
  private final long zoneBlocks;
  private final int blockBytes;

  ZoneChecks(NvmeController controller, NvmeNamespace namespace, IoQueuePair pair, long data) {
    this.namespace = namespace;
    this.queue = controller.open(pair, namespace);
    this.zones = ZonedQueue.of(controller, queue);
    this.runner = new IoRunner(pair);
    this.data = data;
    this.zoneBlocks = namespace.zones().zoneBlocks();
    this.blockBytes = namespace.blockBytes();
  }

  void run(GuestChecks checks, String name) {
    checks.check(name + " zones are reset and reported", this::report);
    checks.check(name + " appends tell where they went", this::append);
    checks.check(name + " a write elsewhere than at the write pointer", this::misplaced);
    checks.check(name + " zones are opened, closed, finished and reset", this::manage);
  }

  private Object report() {
    runner.run(runner.io(), io -> zones.manageAll(io, Zns.RESET));
    int count = (int) (namespace.blocks() / zoneBlocks);
    reportFrom(0, count);
    require(ZoneReport.zones(data + REPORT) == count, ZoneReport.zones(data + REPORT));
    for (int i = 0; i < count; i++) {
      long zone = ZoneReport.descriptor(data + REPORT, i);
      require(ZoneReport.firstBlock(zone) == i * zoneBlocks, ZoneReport.firstBlock(zone));
      require(ZoneReport.state(zone) == ZoneReport.EMPTY, ZoneReport.state(zone));
    }
    return "%d zones of %d blocks".formatted(count, zoneBlocks);
  }

  private void reportFrom(long lba, int count) {
    NvmeIo io = runner.io();
    int bytes = ZoneReport.HEADER_BYTES + count * ZoneReport.DESCRIPTOR_BYTES;
    Mem.fill(data + REPORT, bytes, (byte) 0);
    require(io.addData(data + REPORT, bytes), "no room for the report");
    runner.run(io, one -> zones.report(one, lba, Zns.ALL_ZONES, true));
  }

  private int state(long zone) {
    reportFrom(zone, 1);
    return ZoneReport.state(ZoneReport.descriptor(data + REPORT, 0));
  }

  private Object append() {
    byte[] written = new byte[3 * 4096];
    new SplittableRandom(7).nextBytes(written);
    Mem.copy(written, 0, data, written.length);
    int blocks = 4096 / blockBytes;
    for (int i = 0; i < 3; i++) {
      NvmeIo io = io(i * 4096L, 4096);
      runner.run(io, one -> zones.append(one, zoneBlocks, blocks, 0));
      require(io.result() == zoneBlocks + (long) i * blocks, io.result());
    }
    NvmeIo io = io(1 << 20, written.length);
    runner.run(io, one -> queue.read(one, zoneBlocks, 3L * blocks));
    byte[] read = new byte[written.length];
    Mem.copy(data + (1 << 20), read, 0, read.length);
    int differs = Arrays.mismatch(read, written);
    require(differs < 0, "byte " + differs);
    return "3, at block %d and on".formatted(zoneBlocks);
  }

  private Object misplaced() {
    NvmeIo io = io(0, 4096);
    int status = runner.status(io, one -> queue.write(one, zoneBlocks, 4096 / blockBytes, 0));
    require(NvmeStatus.typeAndCode(status) == 0x1bc, NvmeStatus.text(status)); // ZNS 3.4.1
    return NvmeStatus.text(status);
  }

  private Object manage() {
    long zone = 2 * zoneBlocks;
    expect(zone, Zns.OPEN, ZoneReport.EXPLICITLY_OPEN);
    NvmeIo io = io(0, blockBytes);
    runner.run(io, one -> queue.write(one, zone, 1, 0));
    expect(zone, Zns.CLOSE, ZoneReport.CLOSED);
    expect(zone, Zns.FINISH, ZoneReport.FULL);
    expect(zone, Zns.RESET, ZoneReport.EMPTY);
    return "zone at block " + zone;
  }

  private void expect(long zone, int action, int state) {
    runner.run(runner.io(), one -> zones.manage(one, zone, action));
    require(state(zone) == state, "state %d after action %d".formatted(state(zone), action));
  }

  private NvmeIo io(long offset, int bytes) {
    NvmeIo io = runner.io();
    require(io.addData(data + offset, bytes), "no room for data");
    return io;
  }
}

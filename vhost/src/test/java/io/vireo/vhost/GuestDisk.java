package io.vireo.vhost;

import io.vireo.linux.Mem;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.blk.BlkFeatures;
import io.vireo.virtio.driver.BlkDriver;
import java.util.ArrayList;
import java.util.List;

/** A guest with one disk: connected, memory shared, rings started, a driver on each. */
final class GuestDisk implements AutoCloseable {
  static final String MEMORY = "vireo-test-guest";

  /** What a Linux guest takes. */
  static final long LINUX =
      VirtioFeatures.VERSION_1
          | VirtioFeatures.INDIRECT_DESC
          | VirtioFeatures.EVENT_IDX
          | BlkFeatures.FLUSH
          | BlkFeatures.CONFIG_WCE
          | BlkFeatures.MQ
          | BlkFeatures.DISCARD
          | BlkFeatures.WRITE_ZEROES;

  private static final int SLICE_MILLIS = 50;

  final FrontendMemory memory;
  final VhostUserFrontend frontend;
  final List<FrontendRing> rings = new ArrayList<>();
  final List<BlkDriver> drivers = new ArrayList<>();
  final long features;
  private volatile boolean abandoned;

  GuestDisk(TestTarget target, String controller, int queues, int size, FrontendMemory memory) {
    this(target, controller, queues, size, memory, LINUX, ProtocolFeatures.OFFERED);
  }

  GuestDisk(
      TestTarget target,
      String controller,
      int queues,
      int size,
      FrontendMemory memory,
      long wanted,
      long wantedProtocol) {
    this.memory = memory;
    frontend = target.connect(controller);
    features = frontend.negotiate(wanted, wantedProtocol);
    frontend.share(memory);
    for (int i = 0; i < queues; i++) {
      FrontendRing ring = new FrontendRing(memory, i, size, features);
      rings.add(ring);
      drivers.add(ring.blk(VirtioFeatures.has(features, VirtioFeatures.INDIRECT_DESC)));
      frontend.start(ring, 0);
    }
  }

  /** With memory of one region. */
  static GuestDisk of(TestTarget target, String controller, int queues, int size, long bytes) {
    return new GuestDisk(target, controller, queues, size, FrontendMemory.of(MEMORY, bytes));
  }

  /** Shows what the driver of a ring has started, and kicks if the device wants that. */
  void publish(int ring) {
    if (drivers.get(ring).publish()) {
      rings.get(ring).kick().signal();
    }
  }

  /** Waits, as a guest does, for an interrupt, until a request of the ring is done. */
  int await(int ring) {
    BlkDriver driver = drivers.get(ring);
    int tag = driver.poll();
    while (tag < 0) {
      if (driver.ring().enableInterrupts()) {
        awaitInterrupt(ring);
      }
      tag = driver.poll();
    }
    return tag;
  }

  private void awaitInterrupt(int ring) {
    for (int waited = 0; !abandoned && waited < TestTarget.TIMEOUT_MILLIS; waited += SLICE_MILLIS) {
      if (FrontendRing.await(rings.get(ring).call(), SLICE_MILLIS)) {
        return;
      }
    }
    throw new AssertionError("no interrupt for ring " + ring);
  }

  /** Nobody answers any more: ends the waiting of drivers. */
  void abandon() {
    abandoned = true;
  }

  /** Runs one request that was started on a ring, alone; its status. */
  int run(int ring, int tag) {
    publish(ring);
    int done = await(ring);
    if (done != tag) {
      throw new AssertionError("%d is done, not %d".formatted(done, tag));
    }
    return drivers.get(ring).status(tag);
  }

  /** Reads a part of the disk through ring 0. */
  byte[] read(long sector, int bytes) {
    long gpa = memory.allocate(bytes, 512);
    requireOk(run(0, drivers.getFirst().read(sector, gpa, bytes)));
    byte[] read = new byte[bytes];
    Mem.copy(memory.hva(gpa), read, 0, bytes);
    return read;
  }

  /** Writes a part of the disk through ring 0. */
  void write(long sector, byte[] bytes) {
    long gpa = memory.allocate(bytes.length, 512);
    Mem.copy(bytes, 0, memory.hva(gpa), bytes.length);
    requireOk(run(0, drivers.getFirst().write(sector, gpa, bytes.length)));
  }

  private static void requireOk(int status) {
    if (status != 0) {
      throw new AssertionError("status " + status);
    }
  }

  @Override
  public void close() {
    frontend.close();
    rings.forEach(FrontendRing::close);
    memory.close();
  }
}

package io.vireo.daemon;

import io.vireo.bdev.BdevRegistry;
import io.vireo.linux.EventFd;
import io.vireo.memreg.GuestMemory;
import io.vireo.memreg.GuestRegion;
import io.vireo.memreg.HostMemory;
import io.vireo.reactor.Reactor;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.DeviceQueue;
import io.vireo.virtio.QueueBudget;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.blk.BlkDevice;
import io.vireo.virtio.blk.BlkFeatures;
import io.vireo.virtio.blk.BlkOptions;
import io.vireo.virtio.driver.BlkDriver;
import io.vireo.virtio.driver.RingMemory;
import io.vireo.virtio.driver.SplitDriver;
import java.util.List;

/** A disk of the warm-up and the driver of its only ring. One thread. */
final class WarmUpDisk {
  /** How a request is begun. */
  interface Request {
    void begin(WarmUpDisk disk, long sector, long dataGpa);
  }

  static final int DATA_BYTES = 4096;
  static final int MAX_DEPTH = 32;
  static final int SECTORS = MAX_DEPTH * DATA_BYTES / 512;

  private static final int RING_SIZE = 128;
  private static final long REGION_BYTES = 1 << 20;
  private static final long FEATURES =
      VirtioFeatures.VERSION_1
          | VirtioFeatures.INDIRECT_DESC
          | VirtioFeatures.EVENT_IDX
          | BlkFeatures.FLUSH
          | BlkFeatures.CONFIG_WCE
          | BlkFeatures.DISCARD
          | BlkFeatures.WRITE_ZEROES;

  /** Requests as chains in the ring, in indirect tables, and with data in several pieces. */
  final BlkDriver direct;

  final BlkDriver indirect;
  final BlkDriver pieces;

  private final EventFd kick;
  private final SplitDriver ring;
  private final Reactor reactor;
  private DeviceQueue queue;
  private BreakReason broken;
  private boolean drained;

  private WarmUpDisk(long base, EventFd kick, Reactor reactor) {
    this.kick = kick;
    this.reactor = reactor;
    RingMemory place = new RingMemory(RING_SIZE, 0);
    ring = new SplitDriver(place, FEATURES, base);
    long slots = place.end();
    direct = new BlkDriver(ring, false, base + slots, slots);
    indirect = new BlkDriver(ring, true, base + slots, slots);
    pieces = new BlkDriver(ring, DATA_BYTES / 4, base + slots, slots);
  }

  /** A disk over a bdev, on the calling thread's reactor, until {@code owned} is closed. */
  static WarmUpDisk open(BdevRegistry bdevs, String bdev, Reactor reactor, Owned owned) {
    HostMemory memory =
        HostMemory.allocate(2 * REGION_BYTES, "warm-up", HostMemory.HugePages.NEVER);
    owned.add(memory, memory::close);
    EventFd kick = EventFd.create();
    owned.add(kick, kick::close);
    EventFd call = EventFd.create();
    owned.add(call, call::close);
    BlkDevice device = BlkDevice.open(bdevs, bdev, BlkOptions.DEFAULT.queues(1));
    owned.add(device, device::close);
    WarmUpDisk disk = new WarmUpDisk(memory.address(), kick, reactor);
    disk.queue = device.createQueue(disk.config(memory.address(), call), reactor);
    owned.add(disk, () -> device.destroyQueue(disk.queue));
    owned.add(disk, disk::stop);
    reactor.watch(kick.fd(), disk.queue);
    disk.queue.start();
    return disk;
  }

  private QueueConfig config(long base, EventFd call) {
    RingMemory place = new RingMemory(RING_SIZE, 0);
    return new QueueConfig(
        0,
        RING_SIZE,
        FEATURES,
        base + place.desc(),
        base + place.avail(),
        base + place.used(),
        0,
        guest(base),
        call,
        QueueBudget.ofHeap(),
        (index, reason) -> broken = reason);
  }

  /** Two regions, as guests with more than 3 GiB have them: the ring's and the data's. */
  private static GuestMemory guest(long base) {
    long data = base + REGION_BYTES;
    return GuestMemory.of(
        List.of(
            GuestRegion.over(0, REGION_BYTES, base, base),
            GuestRegion.over(REGION_BYTES, REGION_BYTES, data, data)));
  }

  /** Takes nothing new and waits for what is in flight. */
  private void stop() {
    queue.stop(() -> drained = true);
    while (!drained) {
      reactor.lap();
    }
    reactor.unwatch(kick.fd());
  }

  /** Takes requests, or leaves them in the ring. */
  void enable(boolean on) {
    queue.enable(on);
  }

  /** Has requests served, so many at once. */
  void serve(Request request, int depth) {
    for (int i = 0; i < depth; i++) {
      long sector = (long) i * DATA_BYTES / 512;
      request.begin(this, sector, REGION_BYTES + (long) i * DATA_BYTES);
    }
    if (ring.publish()) {
      kick.signal();
    }
    for (int done = 0; done < depth; ) {
      reactor.lap();
      while (ring.reap() >= 0) {
        done++;
      }
      if (broken != null) {
        throw new IllegalStateException("the queue of the warm-up is broken: " + broken);
      }
    }
  }

  /** Lets the device interrupt, or not. */
  void interrupts(boolean on) {
    if (on) {
      ring.enableInterrupts();
    } else {
      ring.suppressInterrupts();
    }
  }
}

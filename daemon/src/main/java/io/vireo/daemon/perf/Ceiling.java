package io.vireo.daemon.perf;

import io.vireo.linux.Mem;
import io.vireo.reactor.Uninterrupted;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.blk.BlkStatus;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.Descriptor;
import io.vireo.virtio.queue.RingIndex;
import io.vireo.virtio.queue.UsedRing;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * A device in this process that answers each request without a look at it: what it reaches is what
 * the generator can show at all. It trusts its driver, checks nothing and is no target.
 */
final class Ceiling implements Disk {
  private static final long CAPACITY_BYTES = 1L << 40;

  private final CompletableFuture<Void> result = new CompletableFuture<>();
  private final Thread thread;
  private volatile FrontendRing ring;
  private volatile boolean ended;
  private FrontendMemory memory;

  Ceiling(int cpu) {
    thread = Pinned.start("ceiling", cpu, this::run, result);
  }

  private Void run() {
    while (ring == null) {
      if (ended) {
        return null;
      }
      Thread.onSpinWait();
    }
    long desc = ring.address().descriptorUva();
    long avail = ring.address().availableUva();
    long used = ring.address().usedUva();
    int mask = ring.size() - 1;
    long toHva = memory.regions().getFirst().hva() - memory.regions().getFirst().gpa();
    int next = 0;
    UsedRing.flags(used, UsedRing.F_NO_NOTIFY);
    while (!ended) {
      int available = AvailRing.idxAcquire(avail);
      if (available == next) {
        Thread.onSpinWait();
        continue;
      }
      for (; next != available; next = RingIndex.plus(next, 1)) {
        int head = AvailRing.entry(avail, next & mask);
        Mem.putByte(toHva + statusGpa(desc, head), (byte) BlkStatus.OK);
        UsedRing.entry(used, next & mask, head, 1);
      }
      Mem.releaseFence();
      UsedRing.idx(used, next);
    }
    return null;
  }

  /** Where the last descriptor of a chain points to. */
  private static long statusGpa(long desc, int head) {
    long descriptor = desc + (long) head * Descriptor.BYTES;
    long word = Descriptor.secondWord(descriptor);
    while ((Descriptor.flags(word) & Descriptor.F_NEXT) != 0) {
      descriptor = desc + (long) Descriptor.next(word) * Descriptor.BYTES;
      word = Descriptor.secondWord(descriptor);
    }
    return Descriptor.addr(descriptor);
  }

  @Override
  public String name() {
    return "ceiling";
  }

  @Override
  public long features() {
    return VirtioFeatures.VERSION_1;
  }

  @Override
  public long capacityBytes() {
    return CAPACITY_BYTES;
  }

  @Override
  public int blockBytes() {
    return 512;
  }

  @Override
  public long segmentBytes() {
    return Integer.MAX_VALUE;
  }

  @Override
  public boolean keepsData() {
    return false;
  }

  @Override
  public int maxQueues() {
    return 1;
  }

  @Override
  public void share(FrontendMemory shared) {
    memory = shared;
  }

  @Override
  public void start(FrontendRing started) {
    ring = started;
  }

  @Override
  public void check() throws IOException {
    if (result.isCompletedExceptionally()) {
      throw new IOException("the device in this process: " + result.exceptionNow().getMessage());
    }
  }

  @Override
  public void close() {
    ended = true;
    Uninterrupted.run(thread::join);
  }
}

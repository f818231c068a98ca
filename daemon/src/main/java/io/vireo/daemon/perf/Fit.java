package io.vireo.daemon.perf;

import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.blk.BlkFeatures;
import io.vireo.virtio.driver.BlkDriver;
import java.io.IOException;

/** Whether a load can be put on a disk, and what it takes. */
final class Fit {
  /** Entries of the smallest ring that is used. */
  static final int MIN_RING = 128;

  private static final int MAX_RING = 1024;

  private Fit() {}

  /**
   * Looks at all that the disk tells of itself.
   *
   * @throws IOException when this load cannot be put on this disk
   */
  static void check(Disk disk, PerfOptions options) throws IOException {
    String workload = options.workload().label();
    String name = disk.name();
    if (!VirtioFeatures.has(disk.features(), options.workload().feature)) {
      throw new IOException("%s: the disk offers no %s".formatted(name, workload));
    }
    if (options.workload() == Workload.VERIFY && !disk.keepsData()) {
      throw new IOException(
          "%s: no data are kept that %s could read back".formatted(name, workload));
    }
    if (options.writes() && (disk.features() & BlkFeatures.RO) != 0) {
      throw new IOException(
          "%s: the disk is read-only and %s writes to it".formatted(name, workload));
    }
    if (options.bytes() % disk.blockBytes() != 0) {
      throw new IOException(
          "%s: requests of %d bytes are no multiple of the disk's block of %d"
              .formatted(name, options.bytes(), disk.blockBytes()));
    }
    if (options.queues() > disk.maxQueues()) {
      throw new IOException(
          "%s: the disk has %d queues, not %d".formatted(name, disk.maxQueues(), options.queues()));
    }
    if (unitsPerQueue(disk, options) < options.depth()) {
      throw new IOException(
          "%s: the disk of %d bytes has no room for %d queues of %d requests of %d bytes"
              .formatted(
                  name, disk.capacityBytes(), options.queues(), options.depth(), options.bytes()));
    }
    if (ringSize(disk, options.depth(), options.bytes()) > MAX_RING) {
      throw new IOException(
          "%s: %d requests of %d bytes need more than the %d descriptors of a ring"
              .formatted(name, options.depth(), options.bytes(), MAX_RING));
    }
  }

  /** Places for a request, of which each queue has its own. */
  static long unitsPerQueue(Disk disk, PerfOptions options) {
    return disk.capacityBytes() / options.bytes() / options.queues();
  }

  /** Descriptors of a ring that holds so many requests. */
  static int ringSize(Disk disk, int depth, int bytes) {
    long descriptors = depth * BlkDriver.descriptors(bytes, disk.segmentBytes());
    return Integer.highestOneBit((int) Math.max(descriptors, MIN_RING) * 2 - 1);
  }
}

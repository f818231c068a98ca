package io.vireo.virtio;

import io.vireo.virtio.blk.BlkHeader;
import io.vireo.virtio.blk.BlkType;
import io.vireo.virtio.queue.Descriptor;

/** Chains that drivers make, for benchmarks. */
public enum ChainShape {
  /** A read of 4 KiB in three descriptors of the ring. */
  DIRECT,
  /** The same in an indirect table. */
  INDIRECT,
  /** A read of 128 KiB in 32 pieces, in an indirect table. */
  PIECES,
  /** A flush. */
  FLUSH,
  /** A discard of one range. */
  DISCARD;

  private static final int BYTES = 4096;
  private static final int PIECE_COUNT = 32;

  /** Offers so many chains on a disk that is not started; their heads. */
  public int[] offer(TestDisk disk, int chains) {
    int[] heads = new int[chains];
    for (int i = 0; i < chains; i++) {
      heads[i] = offer(disk);
    }
    return heads;
  }

  private int offer(TestDisk disk) {
    return switch (this) {
      case DIRECT -> direct(disk);
      case INDIRECT -> disk.driver.read(0, disk.ram.allocate(BYTES), BYTES);
      case PIECES -> pieces(disk);
      case FLUSH -> disk.driver.flush();
      case DISCARD -> disk.driver.discard(0, 8);
    };
  }

  private static int direct(TestDisk disk) {
    long status = disk.status();
    disk.split.readable(disk.header(BlkType.IN, 0), BlkHeader.BYTES);
    disk.split.writable(disk.ram.allocate(BYTES), BYTES);
    disk.split.writable(status, 1); // not where the data end: they would become one piece
    return disk.split.offer();
  }

  private static int pieces(TestDisk disk) {
    long table = disk.ram.allocate((PIECE_COUNT + 2) * Descriptor.BYTES);
    disk.split.table(disk.ram.hva(table), table);
    disk.split.readable(disk.header(BlkType.IN, 0), BlkHeader.BYTES);
    for (int p = 0; p < PIECE_COUNT; p++) {
      disk.split.writable(disk.ram.allocate(2 * BYTES), BYTES); // apart from each other
    }
    disk.split.writable(disk.status(), 1);
    return disk.split.offer();
  }
}

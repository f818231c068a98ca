package io.vireo.virtio.blk;

import io.vireo.virtio.TestDisk;

/** Builds requests of several ranges, as a driver's discard and write zeroes are. */
final class Ranges {
  private Ranges() {}

  static long[] range(long sector, long sectors, int flags) {
    return new long[] {sector, sectors, flags};
  }

  /** Puts them somewhere in the guest's memory; their guest-physical address. */
  static long put(TestDisk disk, long[]... ranges) {
    long gpa = disk.ram.allocate(Math.max(1, ranges.length) * 16L);
    for (int i = 0; i < ranges.length; i++) {
      BlkRange.put(disk.ram.hva(gpa) + 16L * i, ranges[i][0], ranges[i][1], (int) ranges[i][2]);
    }
    return gpa;
  }

  /** Offers a request of these ranges; where its status will be. */
  static long offer(TestDisk disk, int type, long[]... ranges) {
    long status = disk.status();
    disk.split.readable(disk.header(type, 0), 16);
    disk.split.readable(put(disk, ranges), 16L * ranges.length);
    disk.split.writable(status, 1);
    disk.split.offer();
    return status;
  }
}

package io.vireo.virtio.blk;

import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.TestDisk;
import org.junit.jupiter.api.AfterEach;

/** A disk with one queue of 16. */
abstract class BlkQueueFixture {
  static final int SIZE = 16;

  TestDisk disk = TestDisk.with().build();

  @AfterEach
  void close() {
    disk.close();
  }

  void use(TestDisk other) {
    disk.close();
    disk = other;
  }

  void usePending() {
    use(TestDisk.with().bdev(new PendingBdev("disk", 512, 2048)).build());
  }

  int read() {
    return disk.driver.read(0, disk.ram.allocate(512), 512);
  }

  long used() {
    return disk.ram.hva(disk.ringGpa + disk.ring.used());
  }

  long avail() {
    return disk.ram.hva(disk.ringGpa + disk.ring.avail());
  }
}

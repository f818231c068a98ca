package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.virtio.TestDisk;
import org.junit.jupiter.api.AfterEach;

/** A disk, and requests of which only one is made at a time. */
abstract class BlkRequestFixture {
  TestDisk disk = TestDisk.with().build();
  long data = disk.ram.allocate(1 << 20);
  long written; // by the last run

  @AfterEach
  void close() {
    assertThat(disk.ram.canariesIntact()).isTrue();
    disk.close();
  }

  void use(TestDisk other) {
    use(other, 1 << 20);
  }

  void use(TestDisk other, long dataBytes) {
    disk.close();
    disk = other;
    data = disk.ram.allocate(dataBytes);
  }

  /** Runs header, data, status in three descriptors; the status. */
  int run(int type, long sector, long bytes, boolean writable) {
    long status = disk.status();
    disk.split.readable(disk.header(type, sector), 16);
    if (writable) {
      disk.split.writable(data, bytes);
    } else {
      disk.split.readable(data, bytes);
    }
    disk.split.writable(status, 1);
    written = disk.runChain();
    return disk.statusAt(status);
  }
}

package io.vireo.daemon.perf;

import io.vireo.virtio.driver.BlkDriver;

/** The generator's thread only. Reads, writes, or both; what is written does not matter. */
final class Transfers implements Work {
  private final Area area;
  private final long buffers;
  private final int bytes;
  private final int readPercent;

  /**
   * @param buffers guest address of the slots' buffers, one behind the other
   */
  Transfers(Area area, long buffers, int bytes, int readPercent) {
    this.area = area;
    this.buffers = buffers;
    this.bytes = bytes;
    this.readPercent = readPercent;
  }

  @Override
  public int start(BlkDriver driver, int slot) {
    long sector = area.sector(area.next());
    long buffer = buffers + (long) slot * bytes;
    return reads() ? driver.read(sector, buffer, bytes) : driver.write(sector, buffer, bytes);
  }

  private boolean reads() {
    return readPercent == 100 || (readPercent > 0 && area.percent() < readPercent);
  }
}

package io.vireo.daemon.perf;

import io.vireo.virtio.driver.BlkDriver;

/** The generator's thread only. Discards of one range each. */
final class Unmaps implements Work {
  private final Area area;

  Unmaps(Area area) {
    this.area = area;
  }

  @Override
  public int start(BlkDriver driver, int slot) {
    return driver.discard(area.sector(area.next()), area.sectorsPerUnit());
  }
}

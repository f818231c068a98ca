package io.vireo.daemon.perf;

import io.vireo.virtio.driver.BlkDriver;

/** The generator's thread only. Nothing but flushes. */
final class Flushes implements Work {
  @Override
  public int start(BlkDriver driver, int slot) {
    return driver.flush();
  }
}

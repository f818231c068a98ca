package io.vireo.virtio.blk;

import io.vireo.virtio.QueueConfig;

/**
 * The cache mode of a device, which its driver may switch at any time (virtio 1.3, 5.2.5, 5.2.6.2).
 *
 * <p>Written by control threads, read by queues: once a lap, after the avail index, so that a write
 * which the driver submitted after a switch is never executed in the older mode.
 */
final class CacheMode {
  private volatile boolean writeback;

  CacheMode(boolean writeback) {
    this.writeback = writeback;
  }

  boolean writeback() {
    return writeback;
  }

  void writeback(boolean on) {
    writeback = on;
  }

  /**
   * Whether a write may complete only when it is durable, for a driver with these features: it can
   * switch the mode and has chosen so, or it does not know of a cache at all.
   */
  boolean writeThrough(QueueConfig config) {
    return config.has(BlkFeatures.CONFIG_WCE) ? !writeback : !config.has(BlkFeatures.FLUSH);
  }
}

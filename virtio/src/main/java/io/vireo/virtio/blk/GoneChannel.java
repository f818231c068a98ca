package io.vireo.virtio.blk;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.reactor.Reactor;

/** Reactor thread only. Stands in for a channel to a bdev that was removed: refuses everything. */
final class GoneChannel extends BdevChannel {
  GoneChannel(Bdev bdev, Reactor reactor) {
    super(bdev, reactor);
  }

  @Override
  protected int start(BdevIo io) {
    return IoStatus.NO_DEVICE;
  }
}

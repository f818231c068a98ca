package io.vireo.bdev.uring;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.reactor.Reactor;

/** Reactor thread only. A way to one file; the reactor's {@link UringRing} does the work. */
final class UringChannel extends BdevChannel {
  private final BackingFile file;
  private final ZeroingWays ways;
  private final UringRings rings;
  private final UringRing ring;

  UringChannel(Bdev bdev, BackingFile file, ZeroingWays ways, UringRings rings, Reactor reactor) {
    super(bdev, reactor);
    this.file = file;
    this.ways = ways;
    this.rings = rings;
    ring = rings.join(reactor);
  }

  BackingFile file() {
    return file;
  }

  ZeroingWays ways() {
    return ways;
  }

  @Override
  protected int start(BdevIo io) {
    return io.type() == IoType.UNMAP && !ways.punch ? IoStatus.UNSUPPORTED : ring.start(this, io);
  }

  @Override
  protected boolean holds(BdevIo io) {
    return ring.holds(io);
  }

  /** A request of this channel has ended. */
  void ended(BdevIo io, int status) {
    finish(io, status);
  }

  @Override
  protected void cancelInFlight() {
    ring.cancel(this);
  }

  @Override
  protected void close() {
    rings.leave(reactor());
  }
}

package io.vireo.bdev.nulldev;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.reactor.Reactor;
import java.util.UUID;

/** A disk of any size that stores nothing. */
final class NullBdev extends Bdev {
  private static final long MIB = 1 << 20;

  NullBdev(String name, UUID uuid, BdevGeometry geometry, long blocks) {
    super(name, uuid, geometry, blocks);
  }

  /** Changes the size to {@code mib} MiB. */
  void resizeMib(long mib) {
    if (mib <= 0 || mib > Long.MAX_VALUE / MIB) {
      throw BdevException.invalid(
          "new size %d MiB is not between 1 and %d".formatted(mib, Long.MAX_VALUE / MIB));
    }
    if (mib * MIB % blockBytes() != 0) {
      throw BdevException.invalid(
          "new size %d MiB is no multiple of the block size %d".formatted(mib, blockBytes()));
    }
    resize(mib * MIB / blockBytes());
  }

  @Override
  public String productName() {
    return "Null disk";
  }

  @Override
  public boolean supports(IoType type) {
    return true;
  }

  @Override
  protected BdevChannel createChannel(Reactor reactor) {
    return new Channel(this, reactor);
  }

  @Override
  protected void destroy() {}

  /** Reactor thread only. */
  private static final class Channel extends BdevChannel {
    Channel(NullBdev bdev, Reactor reactor) {
      super(bdev, reactor);
    }

    @Override
    protected int start(BdevIo io) {
      return IoStatus.OK;
    }
  }
}

package io.vireo.bdev.filter;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.IoType;
import io.vireo.reactor.Reactor;
import java.util.UUID;

/**
 * A bdev that stands on another one and can what that can. It has the size of its base and grows
 * with it, unless it says otherwise.
 */
public abstract class FilterBdev extends Bdev {
  private final BaseBdev base;

  /** As large as its base. */
  protected FilterBdev(BaseBdev base, String name, UUID uuid) {
    this(base, name, uuid, base.bdev().geometry(), base.bdev().blocks());
  }

  /** Of its own size, of the base's blocks. */
  protected FilterBdev(BaseBdev base, String name, UUID uuid, BdevGeometry geometry, long blocks) {
    super(name, uuid, geometry, blocks);
    this.base = base;
  }

  /** What it stands on. */
  public final BaseBdev base() {
    return base;
  }

  @Override
  public final boolean supports(IoType type) {
    return base.bdev().supports(type);
  }

  @Override
  public final boolean readOnly() {
    return base.bdev().readOnly();
  }

  @Override
  public final boolean writeCache() {
    return base.bdev().writeCache();
  }

  @Override
  public final int maxUnmapRanges() {
    return base.bdev().maxUnmapRanges();
  }

  @Override
  public final boolean dma() {
    return base.bdev().dma();
  }

  /** The base has another size, or had one when this was made. */
  protected void baseResized() {
    long blocks = base.bdev().blocks();
    if (blocks != blocks()) {
      resize(blocks);
    }
  }

  /** The base's channel takes a monitor, and that is not the reactor's. */
  @Override
  protected final BdevChannel openChannel(Reactor reactor) {
    BaseChannel below = base.channel(reactor);
    try {
      return reactor.call(() -> createChannel(reactor, below));
    } catch (RuntimeException | Error e) {
      below.descriptor().close();
      throw e;
    }
  }

  @Override
  protected final BdevChannel createChannel(Reactor reactor) {
    throw new AssertionError("made by openChannel");
  }

  /** Makes a channel. Called on the reactor's thread. */
  protected abstract FilterChannel createChannel(Reactor reactor, BaseChannel below);

  @Override
  protected final void channelClosed(BdevChannel channel) {
    ((FilterChannel) channel).below().descriptor().close();
  }

  @Override
  protected final void destroy() {
    base.leave(this);
  }
}

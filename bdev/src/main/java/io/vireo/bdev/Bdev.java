package io.vireo.bdev;

import io.vireo.reactor.Reactor;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A block device: its name, its size and the way to its channels. Any control thread.
 *
 * <p>A module extends this and {@link BdevChannel}. Data go through channels only; a Bdev is never
 * on the way of a request, but for its size, which submit reads.
 */
public abstract class Bdev {
  private final String name;
  private final UUID uuid;
  private final BdevGeometry geometry;
  private final BdevUsers users;
  private volatile long sizeBytes;

  /**
   * @param uuid see {@link #uuidOf}
   * @throws BdevException with EINVAL for a name ({@link NameRule}) or a size that cannot be
   */
  protected Bdev(String name, UUID uuid, BdevGeometry geometry, long blocks) {
    NameRule.require("bdev", name);
    this.name = name;
    this.uuid = uuid;
    this.geometry = geometry;
    this.users = new BdevUsers(name);
    this.sizeBytes = sizeBytes(blocks, geometry.blockBytes());
  }

  /** The UUID that an operator gave, or a random one for null and all zeroes. */
  public static UUID uuidOf(UUID given) {
    return given == null || given.equals(new UUID(0, 0)) ? UUID.randomUUID() : given;
  }

  /**
   * The size of {@code blocks} blocks.
   *
   * @throws BdevException with EINVAL when it is not positive or does not fit 63 bits
   */
  public static long sizeBytes(long blocks, int blockBytes) {
    if (blocks <= 0) {
      throw BdevException.invalid("number of blocks %d is not positive".formatted(blocks));
    }
    if (blocks > Long.MAX_VALUE / blockBytes) {
      throw BdevException.invalid(
          "%d blocks of %d bytes are more than %d bytes"
              .formatted(blocks, blockBytes, Long.MAX_VALUE));
    }
    return blocks * blockBytes;
  }

  public final String name() {
    return name;
  }

  public final UUID uuid() {
    return uuid;
  }

  public final BdevGeometry geometry() {
    return geometry;
  }

  /** The unit of offsets and lengths. */
  public final int blockBytes() {
    return geometry.blockBytes();
  }

  public final long blocks() {
    return sizeBytes / geometry.blockBytes();
  }

  public final long sizeBytes() {
    return sizeBytes;
  }

  /** What kind of bdev this is, as bdev_get_bdevs shows it: {@code Malloc disk}. */
  public abstract String productName();

  /** Whether the module serves this type; asked once for each channel, so the answer is fixed. */
  public abstract boolean supports(IoType type);

  /** Whether nobody may change what is stored. */
  public boolean readOnly() {
    return false;
  }

  /** Whether a write that has completed may still be volatile, so that FLUSH means something. */
  public boolean writeCache() {
    return false;
  }

  /** How many ranges one UNMAP may name; {@link BdevIo#addRange}. */
  public int maxUnmapRanges() {
    return 1;
  }

  /**
   * Whether its device reads and writes the memory of requests by itself (DMA), as far as that is
   * registered in the {@code MemoryRegistry} of the target: then guests' memory is, unless an
   * operator rules it out. Other memory it must copy. Always the same answer.
   */
  public boolean dma() {
    return false;
  }

  /**
   * What only this module has to tell, for bdev_get_bdevs. In maps that keep their order, as {@link
   * java.util.LinkedHashMap} does: that of Map.of is another one in each life of a target.
   */
  public Map<String, Object> driverSpecific() {
    return Map.of();
  }

  /** What went through all channels that this bdev has and had. */
  public final IoStats stats() {
    return stats(StatsReset.NONE);
  }

  /** As {@link #stats()}, and sets counters back. Waits for the reactors. */
  public final IoStats stats(StatsReset reset) {
    return users.stats(reset);
  }

  /** What went through the channels that there are now, by the reactor they belong to. */
  public final Map<Reactor, IoStats> statsByReactor(StatsReset reset) {
    return users.statsByReactor(reset);
  }

  /** Begins a histogram, in place of the one there is. Waits for the reactors. */
  public final void enableHistogram(HistogramOptions options) {
    users.enableHistogram(Objects.requireNonNull(options));
  }

  /** Ends the histogram, if there is one. Waits for the reactors. */
  public final void disableHistogram() {
    users.enableHistogram(null);
  }

  /**
   * The latencies of requests, failed ones included, that have ended since the histogram was
   * enabled, on all channels that this bdev has and had; empty while it is disabled.
   */
  public final Optional<Histogram> histogram() {
    return users.histogram();
  }

  /** Who has claimed this bdev, or null. */
  public final String claimer() {
    return users.claimer();
  }

  /**
   * Changes the size and tells all users. Growing is always possible; shrinking only while nobody
   * has the bdev open, for a user may be relying on blocks that would vanish.
   *
   * @throws BdevException EINVAL for a size that cannot be, EBUSY for shrinking an open bdev
   */
  protected final void resize(long blocks) {
    users.resize(this, sizeBytes(blocks, blockBytes()));
  }

  void sizeBytes(long bytes) {
    sizeBytes = bytes;
  }

  BdevUsers users() {
    return users;
  }

  /**
   * Makes a channel, on the control thread that asked for it. A module overrides this instead of
   * {@link #createChannel} when it must do what a reactor may not wait for.
   */
  protected BdevChannel openChannel(Reactor reactor) {
    return reactor.call(() -> createChannel(reactor));
  }

  /**
   * Makes a channel. Called on the reactor's thread.
   *
   * @throws RuntimeException when it cannot; given to whoever asked for the channel
   */
  protected abstract BdevChannel createChannel(Reactor reactor);

  /** How many users have a channel on a reactor, each as often as it asked for it. */
  public final int channelUsers(Reactor reactor) {
    return users.channelUsers(reactor);
  }

  /**
   * Does what is left to do when a channel was drained and closed, and what its reactor may not
   * wait for: the other end of {@link #openChannel}. Called by each control thread that waited for
   * that; before {@link #destroy}.
   */
  protected void channelClosed(BdevChannel channel) {}

  /**
   * Gives back what the bdev holds. Called once, on a control thread, after it was unregistered and
   * its last channel has been drained and closed.
   */
  protected abstract void destroy();
}

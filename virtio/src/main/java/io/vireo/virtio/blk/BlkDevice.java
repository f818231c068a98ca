package io.vireo.virtio.blk;

import static io.vireo.virtio.VirtioFeatures.ANY_LAYOUT;
import static io.vireo.virtio.VirtioFeatures.EVENT_IDX;
import static io.vireo.virtio.VirtioFeatures.INDIRECT_DESC;
import static io.vireo.virtio.VirtioFeatures.VERSION_1;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevListener;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.IoType;
import io.vireo.linux.Errno;
import io.vireo.reactor.Reactor;
import io.vireo.virtio.DeviceQueue;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.VirtioDevice;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.queue.SplitQueue;
import java.util.Arrays;

/**
 * A virtio block device over a bdev (virtio 1.3, 5.2). Control threads, any of them.
 *
 * <p>When the bdev is removed the device stays, with a capacity of 0, and answers every request
 * with IOERR; its queues need not be told, for their channels refuse by themselves.
 */
public final class BlkDevice implements VirtioDevice, AutoCloseable {
  private static final long ALWAYS_OFFERED =
      ANY_LAYOUT
          | INDIRECT_DESC
          | EVENT_IDX
          | VERSION_1
          | BlkFeatures.SIZE_MAX
          | BlkFeatures.SEG_MAX
          | BlkFeatures.BLK_SIZE
          | BlkFeatures.TOPOLOGY
          | BlkFeatures.MQ;

  private final BdevDescriptor descriptor;
  private final BlkOptions options;
  private final long features;
  private final CacheMode cacheMode;
  private volatile boolean gone;
  private volatile Runnable changed = () -> {};

  private BlkDevice(BdevRegistry bdevs, String bdevName, BlkOptions options) {
    this.options = options;
    boolean write = !options.readOnly() && !bdevs.require(bdevName).readOnly();
    descriptor = bdevs.open(bdevName, write, new Listener());
    features = featuresOf(descriptor.bdev(), write);
    cacheMode = new CacheMode(descriptor.bdev().writeCache());
  }

  /**
   * Opens a bdev, for writing if it may be written to.
   *
   * @throws BdevException when there is no such bdev or it cannot be opened
   */
  public static BlkDevice open(BdevRegistry bdevs, String bdevName, BlkOptions options) {
    return new BlkDevice(bdevs, bdevName, options);
  }

  private static long featuresOf(Bdev bdev, boolean write) {
    long offered = ALWAYS_OFFERED;
    if (bdev.supports(IoType.FLUSH)) {
      offered |= BlkFeatures.FLUSH | BlkFeatures.CONFIG_WCE;
    }
    if (!write) {
      return offered | BlkFeatures.RO;
    }
    if (bdev.supports(IoType.UNMAP)) {
      offered |= BlkFeatures.DISCARD;
    }
    if (bdev.supports(IoType.WRITE_ZEROES)) {
      offered |= BlkFeatures.WRITE_ZEROES;
    }
    return offered;
  }

  /** On the control thread that removes or resizes the bdev. */
  private final class Listener implements BdevListener {
    @Override
    public void removed(Bdev bdev) {
      gone = true;
      changed.run();
    }

    @Override
    public void resized(Bdev bdev) {
      changed.run();
    }
  }

  public Bdev bdev() {
    return descriptor.bdev();
  }

  /** As it was opened. */
  public BlkOptions options() {
    return options;
  }

  /** Whether drivers may not write: asked for so, or the bdev cannot. */
  public boolean readOnly() {
    return VirtioFeatures.has(features, BlkFeatures.RO);
  }

  @Override
  public long features() {
    return features;
  }

  @Override
  public int maxQueues() {
    return options.queues();
  }

  @Override
  public int maxQueueSize() {
    return options.queueSize();
  }

  @Override
  public byte[] config() {
    long sizeBytes = gone ? 0 : bdev().sizeBytes();
    return BlkConfig.of(features, sizeBytes, bdev().geometry(), options, cacheMode.writeback());
  }

  /**
   * Only the cache mode can be written; a write may cover other fields if it does not change them.
   */
  @Override
  public void writeConfig(int offset, byte[] bytes) {
    byte[] now = config();
    if (offset < 0 || bytes.length > now.length - offset) {
      throw new IllegalArgumentException(
          "%d bytes at %d leave the configuration space of %d bytes"
              .formatted(bytes.length, offset, now.length));
    }
    byte[] wanted = now.clone();
    System.arraycopy(bytes, 0, wanted, offset, bytes.length);
    byte mode = wanted[BlkConfig.WRITEBACK];
    wanted[BlkConfig.WRITEBACK] = now[BlkConfig.WRITEBACK];
    if (!Arrays.equals(wanted, now)) {
      throw new IllegalArgumentException(
          "byte %d of the configuration space is read-only"
              .formatted(Arrays.mismatch(wanted, now)));
    }
    setWriteback(now[BlkConfig.WRITEBACK], mode);
  }

  private void setWriteback(byte now, byte mode) {
    if (mode == now) {
      return;
    }
    if (!VirtioFeatures.has(features, BlkFeatures.CONFIG_WCE)) {
      throw new IllegalArgumentException("the cache mode of this disk cannot be switched");
    }
    if (mode != 0 && mode != 1) {
      throw new IllegalArgumentException("cache mode " + mode + " is neither 0 nor 1");
    }
    cacheMode.writeback(mode == 1);
  }

  /**
   * 5.2.5.2: a driver that can switch the cache but does not know how to flush it finds it off. It
   * is not put back otherwise: front-ends repeat the features while a driver runs.
   */
  @Override
  public void features(long acked) {
    if (VirtioFeatures.has(acked, BlkFeatures.CONFIG_WCE)
        && !VirtioFeatures.has(acked, BlkFeatures.FLUSH)) {
      cacheMode.writeback(false);
    }
  }

  @Override
  public void onConfigChange(Runnable listener) {
    changed = listener;
  }

  /** Does not change when the bdev is removed: requests may be in flight then. */
  @Override
  public boolean dma() {
    return bdev().dma();
  }

  @Override
  public DeviceQueue createQueue(QueueConfig config, Reactor reactor) {
    SplitQueue.requireSize(config.size());
    if (config.size() > options.queueSize()) {
      throw new IllegalArgumentException(
          "queue size %d is more than %d".formatted(config.size(), options.queueSize()));
    }
    BdevChannel channel = channel(reactor);
    QueueMemory memory = null;
    try {
      String name = "blk-queue-%s-%d".formatted(bdev().name(), config.index());
      byte[] id = options.id(bdev().name());
      memory = QueueMemory.allocate(name, config.size(), id, config.budget());
      return new BlkQueue(config, reactor, channel, cacheMode, memory, options.pacer());
    } catch (Throwable t) {
      if (memory != null) {
        memory.close();
      }
      descriptor.releaseChannel(reactor);
      throw t;
    }
  }

  /** A front-end may connect, or start a ring, after the bdev has gone. */
  private BdevChannel channel(Reactor reactor) {
    try {
      return descriptor.channel(reactor);
    } catch (BdevException e) {
      if (e.errno() == Errno.ENODEV) {
        return new GoneChannel(bdev(), reactor);
      }
      throw e;
    }
  }

  @Override
  public void destroyQueue(DeviceQueue queue) {
    BlkQueue blkQueue = (BlkQueue) queue;
    blkQueue.close();
    descriptor.releaseChannel(blkQueue.reactor());
  }

  /** Closes the bdev; all queues were destroyed before. */
  @Override
  public void close() {
    descriptor.close();
  }
}

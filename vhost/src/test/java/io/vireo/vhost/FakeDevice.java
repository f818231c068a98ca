package io.vireo.vhost;

import io.vireo.reactor.Reactor;
import io.vireo.virtio.DeviceQueue;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.VirtioDevice;
import io.vireo.virtio.VirtioFeatures;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A device whose queues are {@link FakeQueue}s; one byte of its configuration can be written. */
final class FakeDevice implements VirtioDevice {
  static final long FEATURES =
      VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX | VirtioFeatures.INDIRECT_DESC;
  static final int WRITABLE = 32;
  static final int CONFIG_BYTES = 60;

  final List<Long> acked = new CopyOnWriteArrayList<>();
  final List<FakeQueue> queues = new CopyOnWriteArrayList<>();
  private final int maxQueues;
  private final int maxQueueSize;
  private final byte[] config = new byte[CONFIG_BYTES];
  private volatile Runnable changed = () -> {};
  volatile boolean refusesListeners;
  volatile boolean refusesQueues;
  volatile boolean dma;

  FakeDevice(int maxQueues, int maxQueueSize) {
    this.maxQueues = maxQueues;
    this.maxQueueSize = maxQueueSize;
    for (int i = 0; i < config.length; i++) {
      config[i] = (byte) (i + 1);
    }
  }

  FakeQueue lastQueue() {
    return queues.getLast();
  }

  /** Ends all that is in flight, so that a test which failed can end, too. */
  void finishAll() {
    queues.stream().filter(queue -> !queue.drained).forEach(FakeQueue::finish);
  }

  /** As if the device were resized. */
  void change() {
    changed.run();
  }

  @Override
  public long features() {
    return FEATURES;
  }

  @Override
  public int maxQueues() {
    return maxQueues;
  }

  @Override
  public int maxQueueSize() {
    return maxQueueSize;
  }

  @Override
  public synchronized byte[] config() {
    return config.clone();
  }

  @Override
  public synchronized void writeConfig(int offset, byte[] bytes) {
    if (offset != WRITABLE || bytes.length != 1) {
      throw new IllegalArgumentException("byte %d is read-only".formatted(offset));
    }
    config[WRITABLE] = bytes[0];
  }

  @Override
  public void features(long features) {
    acked.add(features);
  }

  @Override
  public void onConfigChange(Runnable listener) {
    if (refusesListeners) {
      throw new IllegalStateException("no listeners");
    }
    changed = listener;
  }

  @Override
  public boolean dma() {
    return dma;
  }

  @Override
  public DeviceQueue createQueue(QueueConfig queueConfig, Reactor reactor) {
    if (refusesQueues) {
      throw new IllegalArgumentException("no room for a queue");
    }
    FakeQueue queue = new FakeQueue(queueConfig, reactor);
    queues.add(queue);
    return queue;
  }

  @Override
  public void destroyQueue(DeviceQueue queue) {
    ((FakeQueue) queue).destroyed = true;
  }
}

package io.vireo.virtio;

import io.vireo.reactor.Reactor;

/**
 * One device model behind a controller, seen by a transport. Control threads only; every method may
 * be called from several of them.
 */
public interface VirtioDevice {
  /** The device-type and ring feature bits it offers; not those of vhost-user. */
  long features();

  /** How many queues a driver may use. */
  int maxQueues();

  /** Largest queue, a power of two. */
  int maxQueueSize();

  /** The whole configuration space as it is now. */
  byte[] config();

  /**
   * The driver writes to the configuration space.
   *
   * @throws IllegalArgumentException when it may not write there, in one sentence; nothing changes
   */
  void writeConfig(int offset, byte[] bytes);

  /** What the driver has accepted; told each time it does, before its queues are created. */
  void features(long acked);

  /** Who hears that {@link #config} has changed by itself; replaces the one before. */
  void onConfigChange(Runnable changed);

  /**
   * Whether a device behind it reaches memory by DMA, so that guests' memory is worth pinning. May
   * change, told as a change of the configuration; to false only when nothing is in flight there.
   */
  default boolean dma() {
    return false;
  }

  /**
   * A queue that the driver has set up, on the reactor that will poll it; not started.
   *
   * @throws IllegalArgumentException when the configuration cannot be, in one sentence
   */
  DeviceQueue createQueue(QueueConfig config, Reactor reactor);

  /** Gives back what a queue holds; it was never started, or {@link DeviceQueue#stop} has ended. */
  void destroyQueue(DeviceQueue queue);
}

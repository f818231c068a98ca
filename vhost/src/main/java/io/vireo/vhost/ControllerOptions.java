package io.vireo.vhost;

import java.util.BitSet;

/**
 * How a controller serves its front-ends.
 *
 * @param cpuMask CPUs over whose reactors the queues of a session are spread; null: all reactors,
 *     and a session's queues together on one of them
 * @param pinGuestMemory whether guests' memory is pinned while the device behind the controller
 *     reaches it by DMA; false: its data are copied, and guests may use a balloon, virtio-mem and
 *     postcopy
 */
public record ControllerOptions(BitSet cpuMask, boolean pinGuestMemory) {
  /** All reactors; memory pinned where that saves copies. */
  public static final ControllerOptions DEFAULT = new ControllerOptions(null, true);

  public ControllerOptions {
    cpuMask = copyOf(cpuMask);
  }

  @Override
  public BitSet cpuMask() {
    return copyOf(cpuMask);
  }

  /** The same on these CPUs. */
  public ControllerOptions cpuMask(BitSet mask) {
    return new ControllerOptions(mask, pinGuestMemory);
  }

  /** The same, but pinning or not. */
  public ControllerOptions pinGuestMemory(boolean on) {
    return new ControllerOptions(cpuMask, on);
  }

  private static BitSet copyOf(BitSet mask) {
    return mask == null ? null : (BitSet) mask.clone();
  }
}

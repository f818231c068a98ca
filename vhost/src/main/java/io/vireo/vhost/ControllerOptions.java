package io.vireo.vhost;

import io.vireo.virtio.Coalescing;
import java.util.BitSet;
import java.util.Objects;

/**
 * How a controller serves its front-ends.
 *
 * @param cpuMask CPUs over whose reactors the queues of a session are spread; null: all reactors,
 *     and a session's queues together on one of them
 * @param pinGuestMemory whether guests' memory is pinned while the device behind the controller
 *     reaches it by DMA; false: its data are copied, and guests may use a balloon, virtio-mem and
 *     postcopy
 * @param coalescing how interrupts wait at first
 */
public record ControllerOptions(BitSet cpuMask, boolean pinGuestMemory, Coalescing coalescing) {
  /** All reactors; memory pinned where that saves copies; every interrupt at once. */
  public static final ControllerOptions DEFAULT = new ControllerOptions(null, true, Coalescing.OFF);

  public ControllerOptions {
    cpuMask = copyOf(cpuMask);
    Objects.requireNonNull(coalescing);
  }

  @Override
  public BitSet cpuMask() {
    return copyOf(cpuMask);
  }

  /** The same on these CPUs. */
  public ControllerOptions cpuMask(BitSet mask) {
    return new ControllerOptions(mask, pinGuestMemory, coalescing);
  }

  /** The same, but pinning or not. */
  public ControllerOptions pinGuestMemory(boolean on) {
    return new ControllerOptions(cpuMask, on, coalescing);
  }

  /** The same with interrupts that wait like this. */
  public ControllerOptions coalescing(Coalescing how) {
    return new ControllerOptions(cpuMask, pinGuestMemory, how);
  }

  private static BitSet copyOf(BitSet mask) {
    return mask == null ? null : (BitSet) mask.clone();
  }
}

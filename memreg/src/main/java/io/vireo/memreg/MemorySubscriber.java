package io.vireo.memreg;

/**
 * Who has to know all registered memory: a driver that pins it and tells its device or IOMMU.
 *
 * <p>Told on the thread that registers, under the registry's lock: calls come one at a time, and a
 * subscriber may not register, unregister or subscribe from within. Ranges are exact, made of whole
 * 4 KiB pages, and never overlap.
 */
public interface MemorySubscriber {
  /**
   * A range was registered. Throwing refuses it: nothing of it may then be left with this
   * subscriber, and the registration does not happen.
   */
  void registered(long hva, long bytes);

  /**
   * A range that {@link #registered} accepted goes; the memory is still mapped. Whoever has asked
   * goes on regardless, so a failure here is reported and changes nothing.
   */
  void unregistered(long hva, long bytes);
}

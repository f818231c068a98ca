package io.vireo.daemon.perf;

import io.vireo.virtio.driver.BlkDriver;

/** The generator's thread only. What the requests of one ring are; a slot is one of its depth. */
interface Work {
  /**
   * Starts the next request of a slot.
   *
   * @return its tag
   */
  int start(BlkDriver driver, int slot);

  /** The request of a slot has ended well. */
  default void ended(int slot) {}

  /** The load is over: whether no request has to follow, as reading back what was written. */
  default boolean finished() {
    return true;
  }

  /** What was read and is wrong; null when all is well. */
  default String mismatch() {
    return null;
  }
}

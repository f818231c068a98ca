package io.vireo.bdev.module;

/** When a method can be called: a target starts, and then it runs. */
public enum Phase {
  /** Only before disks can be made: it sets what everything stands on. */
  STARTUP,

  /** Only afterwards. */
  RUNTIME,

  /** At any time. */
  ANY;

  /**
   * Whether a method of this phase can be called now.
   *
   * @param now never {@link #ANY}
   */
  public boolean includes(Phase now) {
    return this == ANY || this == now;
  }
}

package io.vireo.reactor;

/**
 * Waits for descriptors and for {@link #wake}.
 *
 * <p>Everything but {@link #wake} is called on the reactor's thread. Events are edges: each is told
 * once, and one that came while nobody waited is told by the next {@link #await}.
 */
interface Waiter extends AutoCloseable {
  void watch(int fd);

  void unwatch(int fd);

  /**
   * Waits until something happens or the time is over. Allocates nothing.
   *
   * @param timeoutNs 0 only looks; {@link Long#MAX_VALUE} waits without a limit
   * @return how many descriptors {@link #fired}
   */
  int await(long timeoutNs);

  /** The {@code i}th descriptor that the last {@link #await} found. */
  int fired(int i);

  /** Ends the present or the next {@link #await}. Any thread. */
  void wake();

  @Override
  void close();
}

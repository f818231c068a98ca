package io.vireo.reactor;

/**
 * Something a {@link Reactor} polls: a virtqueue, a bdev channel.
 *
 * <p>Every method is called on the reactor's thread only, and none after {@link Reactor#remove} of
 * the poller has returned. {@link #poll} is the hot path: no allocation, lock, log line or wait.
 *
 * <p>A poller's work arrives from elsewhere (a guest, a device), which need not tell while the
 * poller is polled. Before the reactor sleeps, or parks the poller, it runs
 *
 * <pre>arm() ; full fence ; ready()</pre>
 *
 * and the other side stores its work, fences, and then looks whether a notification is wanted; so
 * one of the two sees the other and no work is slept through. The notification itself must reach a
 * descriptor given to {@link Reactor#watch}. A poller that cannot be notified answers {@code true}
 * from {@link #ready}, and its reactor never sleeps.
 */
public interface Poller {
  /**
   * Does what there is to do, without waiting.
   *
   * <p>What it throws ends its membership: the poller is removed and {@link #failed} called. The
   * exception is {@link InternalError}, a guest's truncated memory, which may surface late and in
   * an innocent poller: nobody is removed and the {@link ReactorListener} is told.
   *
   * @return how much was done; 0 when there was nothing to do
   */
  int poll();

  /**
   * Asks for notifications, because the reactor is about to sleep or to park this poller. Needs no
   * fence of its own. Followed by {@link #disarm} before the next {@link #poll}.
   */
  default void arm() {}

  /**
   * Whether {@link #poll} would find something to do, re-read from its source. Called after {@link
   * #arm} and a full fence; and now and then while parked, when the answer {@code true} ends the
   * parking.
   */
  default boolean ready() {
    return false;
  }

  /** Takes notifications back: polling goes on. */
  default void disarm() {}

  /**
   * Whether this poller may be left unpolled until a descriptor watched for it fires or {@link
   * #ready} says so. Asked after it was idle for {@link ReactorOptions#parkAfterNs}, and after each
   * lap that ran messages. True only while nothing but {@link #ready} can give it work: a queue
   * with requests in flight, whose completions it has yet to publish, answers {@code false}.
   */
  default boolean parkable() {
    return false;
  }

  /** What it is, for operators; as in {@code vm0 queue 1}. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** The reactor has removed this poller because one of its methods threw {@code cause}. */
  default void failed(Throwable cause) {}
}

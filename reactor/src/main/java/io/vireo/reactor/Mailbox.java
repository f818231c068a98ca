package io.vireo.reactor;

import io.vireo.linux.Mem;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;

/**
 * Messages to a reactor from any thread, and the wake-up of the sleeping one.
 *
 * <p>The queue has no bound: a poster never waits, so two reactors that post to each other cannot
 * wait for each other. What a poster allocates, a node, is its own thread's.
 *
 * <p><b>No wake-up is lost.</b> The poster stores its message, fences, and reads {@code asleep};
 * the reactor stores {@code asleep}, fences, and reads the queue ({@link #fallAsleep}, {@link
 * #isEmpty}). One of the two sees the other's store. If it is the reactor, it does not wait. If it
 * is a poster, it takes the flag and signals; the signal comes after this sleep began, and no look
 * at the descriptors lies between that and the wait, so the wait ends.
 *
 * <p><b>No message is lost at the end.</b> {@code gate} counts the posters that are inside {@link
 * #post} and holds the closed bit. Whoever enters after it is set is refused; the reactor goes on
 * until everybody has left and the queue is empty.
 */
final class Mailbox {
  private static final int CLOSED = Integer.MIN_VALUE;
  private static final int MESSAGES_PER_LAP = 64;
  private static final VarHandle GATE;
  private static final VarHandle ASLEEP;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      GATE = lookup.findVarHandle(Mailbox.class, "gate", int.class);
      ASLEEP = lookup.findVarHandle(Mailbox.class, "asleep", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ManyToOneConcurrentLinkedQueue<Runnable> messages =
      new ManyToOneConcurrentLinkedQueue<>();
  private final Waiter waiter;

  private volatile int gate;
  private volatile boolean asleep;

  Mailbox(Waiter waiter) {
    this.waiter = waiter;
  }

  /**
   * Any thread.
   *
   * @return whether the message will run; false once closed
   */
  boolean post(Runnable message) {
    int before = (int) GATE.getAndAdd(this, 1);
    try {
      if (before >= 0) {
        messages.offer(message);
        wakeSleeper();
      }
    } finally {
      GATE.getAndAdd(this, -1);
    }
    return before >= 0;
  }

  /** Refuses messages from now on; those accepted still run. Any thread. */
  void close() {
    GATE.getAndAdd(this, 1);
    GATE.getAndBitwiseOr(this, CLOSED);
    wakeSleeper();
    GATE.getAndAdd(this, -1);
  }

  /** Closed, and every accepted message has run. Reactor thread only, as all below. */
  boolean finished() {
    return gate == CLOSED && messages.isEmpty();
  }

  /**
   * Runs what is there, at most {@value #MESSAGES_PER_LAP} messages, so that messages that post
   * messages cannot keep the pollers waiting.
   *
   * @return how many ran
   */
  int run(Faults faults) {
    int ran = 0;
    while (ran < MESSAGES_PER_LAP) {
      Runnable message = messages.poll();
      if (message == null) {
        break;
      }
      ran++;
      faults.surface();
      try {
        message.run();
      } catch (Throwable t) {
        faults.contain("a message failed", t);
      }
    }
    return ran;
  }

  /** From now on posters signal. A full fence and {@link #isEmpty} must follow before waiting. */
  void fallAsleep() {
    asleep = true;
  }

  void wakeUp() {
    asleep = false;
  }

  /** Nothing to run and not closed: as far as messages go, the reactor may wait. */
  boolean isEmpty() {
    return gate >= 0 && messages.isEmpty();
  }

  private void wakeSleeper() {
    Mem.fullFence();
    if (asleep && (boolean) ASLEEP.compareAndSet(this, true, false)) {
      waiter.wake();
    }
  }
}

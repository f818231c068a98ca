package io.vireo.reactor;

import io.vireo.linux.Cpu;
import io.vireo.linux.Libc;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread on one CPU that runs one loop: messages, channels, queues, timers, idling.
 *
 * <p>What it polls belongs to its thread alone and needs no locks; other threads reach it by {@link
 * #post} and {@link #call}. Nothing thrown by a poller, a message or a timer ends the loop.
 */
public final class Reactor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reactor.class);

  private static final int NO_CPU = -1;

  private final String name;
  private final int cpu;
  private final boolean sleeps;
  private final Waiter waiter;
  private final Mailbox mailbox;
  private final LapCounters counters = new LapCounters();
  private final Loop loop;
  private final Thread thread;

  /** {@code threads} answers the thread that will run the loop, not yet started. */
  Reactor(
      String name,
      int cpu,
      ReactorOptions options,
      ReactorListener listener,
      NanoClock clock,
      Waiter waiter,
      ThreadFactory threads) {
    this.name = name;
    this.cpu = cpu;
    this.sleeps = options.idle() == IdleMode.ADAPTIVE;
    this.waiter = waiter;
    mailbox = new Mailbox(waiter);
    Faults faults = new Faults(this, listener, counters, clock);
    loop = new Loop(options, clock, waiter, mailbox, counters, faults);
    thread = threads.newThread(this::run);
  }

  /**
   * Starts a reactor.
   *
   * @throws io.vireo.linux.ErrnoException when its thread cannot be pinned to {@code cpu}
   */
  public static Reactor start(
      String name, int cpu, ReactorOptions options, ReactorListener listener) {
    Reactor reactor =
        startThread(name, cpu, options, listener, run -> new ReactorThread(run, name));
    try {
      reactor.surely(() -> Cpu.pin(cpu));
    } catch (Throwable t) {
      reactor.close();
      throw t;
    }
    return reactor;
  }

  /**
   * A reactor without a thread and a CPU of its own: the calling thread is its thread, runs each
   * {@link #lap} and closes it.
   */
  public static Reactor stepped(String name, ReactorOptions options, ReactorListener listener) {
    return startThread(name, NO_CPU, options, listener, run -> Thread.currentThread());
  }

  /**
   * A reactor whose thread runs, unless it is the calling one; nothing is left of one whose thread
   * there cannot be.
   */
  static Reactor startThread(
      String name,
      int cpu,
      ReactorOptions options,
      ReactorListener listener,
      ThreadFactory threads) {
    Waiter waiter = EpollWaiter.create();
    try {
      Reactor reactor =
          new Reactor(name, cpu, options, listener, SystemNanoClock.INSTANCE, waiter, threads);
      if (!reactor.inReactor()) {
        reactor.thread.start();
      }
      return reactor;
    } catch (Throwable t) {
      waiter.close();
      throw t;
    }
  }

  public String name() {
    return name;
  }

  /** The CPU its thread is pinned to; -1 when it is stepped. */
  public int cpu() {
    return cpu;
  }

  /** Whether it sleeps when there is nothing to do, so that something must be able to wake it. */
  public boolean sleeps() {
    return sleeps;
  }

  /** What it did so far. Any thread. */
  public ReactorStats stats() {
    return counters.snapshot();
  }

  /** What it polls now, and how often it did. Any thread; waits for the reactor. */
  public PollReport polled() {
    return call(loop::polled);
  }

  /** Begins anew to look for the longest lap. Any thread; waits for the reactor. */
  public void resetLongestLap() {
    surely(counters::resetLongestLap);
  }

  /** The thread's number as the kernel knows it; asks the reactor. */
  public int tid() {
    return call(Libc::gettid);
  }

  /** Whether the calling thread is this reactor's. */
  public boolean inReactor() {
    return thread.equals(Thread.currentThread());
  }

  /**
   * Lets {@code message} run at the start of a lap, after all that this thread posted before. Any
   * thread; never waits, and wakes the reactor if it sleeps.
   *
   * @throws IllegalStateException when the reactor is closed; otherwise the message will run
   */
  public void post(Runnable message) {
    if (!mailbox.post(message)) {
      throw new IllegalStateException(name + " is closed");
    }
  }

  /**
   * Runs {@code work} on the reactor and waits for it; in place when already there. What it throws
   * is thrown here.
   *
   * @throws IllegalStateException when the reactor is closed, and on the thread of another reactor,
   *     which must not wait
   */
  public <T> T call(Supplier<T> work) {
    if (inReactor()) {
      return work.get();
    }
    ReactorThread.requireOther(name);
    Call<T> call = new Call<>(work);
    post(call);
    return call.await();
  }

  /**
   * Does, as {@link #call} does, what must be done and may be done twice: once more when it failed
   * because some guest's memory was lost at that moment.
   */
  public void surely(Runnable work) {
    Supplier<Void> once =
        () -> {
          work.run();
          return null;
        };
    try {
      call(once);
    } catch (InternalError lost) {
      call(once);
    }
  }

  /**
   * Polls a channel from now on; channels come before the other pollers in a lap, so that what they
   * complete is published in the same lap. Reactor thread only, as all below.
   */
  public void addChannel(Poller channel) {
    requireInReactor();
    loop.channels.add(channel, loop.nowNs());
  }

  /** Polls {@code poller} from now on. */
  public void add(Poller poller) {
    requireInReactor();
    loop.pollers.add(poller, loop.nowNs());
  }

  /**
   * Ends the polling of a poller or channel, also from within a poll: no method of it is called
   * after this returns. Does nothing when it is not there.
   */
  public void remove(Poller poller) {
    requireInReactor();
    if (!loop.pollers.remove(poller)) {
      loop.channels.remove(poller);
    }
  }

  /** Runs {@code action} each {@code periodNs}, first after one period, until cancelled. */
  public Timer addTimer(long periodNs, Runnable action) {
    requireInReactor();
    return loop.timers.add(periodNs, action, loop.nowNs());
  }

  /**
   * Lets a readable descriptor wake the reactor, and {@code poller} if that is parked; without one
   * a poller is not parked. It is watched for edges and never read. {@link #unwatch} comes before
   * it is closed.
   */
  public void watch(int fd, Poller poller) {
    requireInReactor();
    loop.parking.watch(fd, poller);
  }

  /** Ends {@link #watch}; a parked poller is polled again. */
  public void unwatch(int fd) {
    requireInReactor();
    loop.parking.unwatch(fd, loop.nowNs());
  }

  /** The clock as read at the start of this lap; counts from an arbitrary moment. */
  public long nowNs() {
    return loop.nowNs();
  }

  /** The clock as it is at this moment; some 21 ns. */
  public long clockNs() {
    return loop.clockNs();
  }

  /** Whether the last lap found nothing to do: a system call more now costs nobody anything. */
  public boolean hasTimeToSpare() {
    return loop.spare();
  }

  /**
   * How many requests a poller may take in this lap, that nobody waits long for the others. Less
   * when several have work.
   */
  public int requestsPerTurn() {
    return loop.budget.requests();
  }

  /**
   * Refuses further messages, runs those accepted, ends the loop and the thread. Pollers must have
   * been removed before, for they are not polled any more. Not from a reactor's thread.
   */
  @Override
  public void close() {
    ReactorThread.requireOther(name);
    mailbox.close();
    if (thread instanceof ReactorThread) {
      Uninterrupted.run(thread::join);
    } else {
      run();
    }
  }

  /**
   * One lap of a {@link #stepped} reactor; how much was done. A thread that is a reactor's own runs
   * them by itself.
   */
  public int lap() {
    return loop.lap();
  }

  private void run() {
    loop.run();
    int left = loop.pollers.size() + loop.channels.size();
    if (left > 0) {
      log.warn("{} is closed with {} pollers and channels left", name, left);
    }
    waiter.close();
  }

  private void requireInReactor() {
    if (!inReactor()) {
      throw new IllegalStateException(
          Thread.currentThread().getName() + " is not the thread of " + name);
    }
  }
}

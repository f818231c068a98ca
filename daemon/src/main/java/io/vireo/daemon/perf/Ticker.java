package io.vireo.daemon.perf;

import io.vireo.reactor.Uninterrupted;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Prints a line for each interval of a load, from a thread of its own. */
final class Ticker implements AutoCloseable {
  private static final double NS_PER_SECOND = 1e9;

  /** How many requests had ended at a moment. */
  private record Progress(long requests, long ns) {}

  private final PrintWriter out;
  private final int bytes;
  private final long intervalNs;
  private final long beginNs = System.nanoTime();
  private final Thread thread;
  private volatile Progress progress = new Progress(0, beginNs);
  private volatile boolean ended;

  Ticker(PrintWriter out, PerfOptions options, long intervalNs) {
    this.out = out;
    this.bytes = options.bytesMoved();
    this.intervalNs = intervalNs;
    thread = Thread.ofPlatform().daemon().name("ticker").start(this::run);
  }

  /** Requests that have ended by {@code nowNs}, warm-up included. */
  void progress(long requests, long nowNs) {
    progress = new Progress(requests, nowNs);
  }

  private void run() {
    Progress before = progress;
    for (int interval = 1; !ended; interval++) {
      long ns = interval * intervalNs;
      if (!sleepUntil(beginNs + ns)) {
        return;
      }
      Progress now = progress;
      long passedNs = Math.max(1, now.ns - before.ns);
      double perSecond = (now.requests - before.requests) * NS_PER_SECOND / passedNs;
      out.printf(
          Locale.ROOT,
          "%s s %12.0f IOPS %10.1f MiB/s%n",
          seconds(ns),
          perSecond,
          perSecond * bytes / (1 << 20));
      out.flush();
      before = now;
    }
  }

  /** With as many digits as the interval needs. */
  private String seconds(long ns) {
    boolean whole = intervalNs % TimeUnit.SECONDS.toNanos(1) == 0;
    return String.format(Locale.ROOT, whole ? "%4.0f" : "%7.2f", ns / NS_PER_SECOND);
  }

  private static boolean sleepUntil(long ns) {
    try {
      TimeUnit.NANOSECONDS.sleep(ns - System.nanoTime());
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Override
  public void close() {
    ended = true;
    thread.interrupt();
    Uninterrupted.run(thread::join);
  }
}

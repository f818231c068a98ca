package io.vireo.daemon.perf;

import io.vireo.reactor.Uninterrupted;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Prints a line for each second of a load, from a thread of its own. */
final class Ticker implements AutoCloseable {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  private final PrintWriter out;
  private final int bytes;
  private final Thread thread;
  private volatile long total;
  private volatile boolean ended;

  Ticker(PrintWriter out, PerfOptions options) {
    this.out = out;
    this.bytes = options.bytesMoved();
    thread = Thread.ofPlatform().daemon().name("ticker").start(this::run);
  }

  /** Requests that have ended so far, warm-up included. */
  void total(long requests) {
    total = requests;
  }

  private void run() {
    long begin = System.nanoTime();
    long before = 0;
    long last = begin;
    for (int second = 1; !ended; second++) {
      if (!sleepUntil(begin + second * SECOND_NS)) {
        return;
      }
      long now = System.nanoTime();
      long requests = total;
      double perSecond = (requests - before) * 1e9 / (now - last);
      out.printf(
          Locale.ROOT,
          "%4d s %12.0f IOPS %10.1f MiB/s%n",
          second,
          perSecond,
          perSecond * bytes / (1 << 20));
      out.flush();
      before = requests;
      last = now;
    }
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

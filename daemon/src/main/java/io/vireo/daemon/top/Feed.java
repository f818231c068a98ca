package io.vireo.daemon.top;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Takes samples on a thread of its own, one each interval, and tells what the last two say. When
 * the target is gone it looks whether it has come back.
 */
final class Feed {
  /**
   * What is known.
   *
   * @param trouble why the last sample could not be taken; null when it was
   */
  record News(Rates rates, String trouble) {}

  private final Sampler sampler;
  private final Thread thread = Thread.ofPlatform().name("samples").daemon().unstarted(this::run);
  private Sample last; // the thread's
  private volatile News news;
  private volatile Throwable failure;
  private long intervalNs; // guarded by this, as what follows
  private boolean ending;

  /** Begins with a sample that was taken already. */
  Feed(Sampler sampler, Sample first, double intervalSeconds) {
    this.sampler = sampler;
    this.last = first;
    this.news = new News(Rates.between(null, first), null);
    interval(intervalSeconds);
  }

  void start() {
    thread.start();
  }

  /**
   * What is known now.
   *
   * @throws IllegalStateException when a bug of ours has ended it
   */
  News news() {
    if (failure != null) {
      throw new IllegalStateException("no more samples are taken", failure);
    }
    return news;
  }

  /** Another interval; the one that runs already is as long as this one. */
  synchronized void interval(double seconds) {
    intervalNs = (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    notifyAll();
  }

  /** No more samples; does not wait for the one that is being taken. */
  synchronized void end() {
    ending = true;
    notifyAll();
  }

  private void run() {
    try {
      long sampledNs = System.nanoTime();
      while (await(sampledNs)) {
        sampledNs = System.nanoTime();
        news = look();
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  private News look() {
    try {
      Sample next = sampler.sample();
      Rates rates = Rates.between(last, next);
      last = next;
      return new News(rates, null);
    } catch (IOException e) {
      return new News(news.rates(), "waiting for the target: " + e.getMessage());
    }
  }

  /** False at the end. */
  private synchronized boolean await(long sinceNs) {
    try {
      while (!ending) {
        long leftNs = sinceNs + intervalNs - System.nanoTime();
        if (leftNs <= 0) {
          return true;
        }
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(leftNs, TimeUnit.MILLISECONDS.toNanos(1)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }
}

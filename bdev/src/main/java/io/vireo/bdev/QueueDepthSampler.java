package io.vireo.bdev;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Looks, where it was told to, at how many requests bdevs have in flight. One thread of its own,
 * which there is while a bdev is looked at: reactors have no part in it, and a bdev that nobody
 * looks at costs nothing. Any control thread.
 */
public final class QueueDepthSampler implements AutoCloseable {
  private final Map<Bdev, Sampled> sampled = new HashMap<>();
  private ScheduledExecutorService looking; // null: nobody is looked at

  private record Sampled(QueueDepth.Sum sum, ScheduledFuture<?> looks) {}

  /**
   * Looks at a bdev until it is unregistered; in place of how it did before, the sums go on.
   *
   * @param periodUs between two looks; 0 ends it, and forgets the sums
   */
  public synchronized void sample(Bdev bdev, long periodUs) {
    Sampled before = sampled.get(bdev);
    if (before != null) {
      forget(bdev);
    }
    if (periodUs > 0) {
      long nowNs = System.nanoTime();
      QueueDepth.Sum sum = new QueueDepth.Sum(periodUs, before == null ? null : before.sum, nowNs);
      // With a delay and not at a rate: a thread that came late has nothing to make up for.
      ScheduledFuture<?> looks =
          thread()
              .scheduleWithFixedDelay(
                  () -> look(bdev, sum), periodUs, periodUs, TimeUnit.MICROSECONDS);
      sampled.put(bdev, new Sampled(sum, looks));
    }
  }

  /** What was seen; empty for a bdev that is not looked at. */
  public synchronized Optional<QueueDepth> of(Bdev bdev) {
    return Optional.ofNullable(sampled.get(bdev)).map(s -> s.sum.result());
  }

  private void look(Bdev bdev, QueueDepth.Sum sum) {
    int inFlight = bdev.users().channels().stream().mapToInt(BdevChannel::inFlight).sum();
    sum.looked(inFlight, System.nanoTime());
    if (bdev.users().removing()) {
      forget(bdev);
    }
  }

  private ScheduledExecutorService thread() {
    if (looking == null) {
      looking =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().daemon().name("queue-depth").factory());
    }
    return looking;
  }

  private synchronized void forget(Bdev bdev) {
    Sampled gone = sampled.remove(bdev);
    if (gone != null) {
      gone.looks.cancel(false);
    }
    if (sampled.isEmpty()) {
      close();
    }
  }

  /** Looks at nothing any more. */
  @Override
  public synchronized void close() {
    sampled.clear();
    if (looking != null) {
      looking.shutdownNow();
      looking = null;
    }
  }
}

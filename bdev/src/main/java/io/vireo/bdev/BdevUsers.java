package io.vireo.bdev;

import io.vireo.linux.Errno;
import io.vireo.reactor.Reactor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who has a bdev open, through which channels, and who has claimed it. Any control thread; the
 * monitor guards everything and is never taken by a reactor's thread.
 *
 * <p>Life of a channel: made under the monitor by a message to its reactor, counted, retired by a
 * message (it refuses requests and closes when nothing is in flight), waited for outside of the
 * monitor. Only then do its counters go over to the retired ones and can the bdev be destroyed.
 */
final class BdevUsers {
  private static final Logger log = LoggerFactory.getLogger(BdevUsers.class);

  private final String name;
  private final List<BdevDescriptor> open = new ArrayList<>();
  private final List<BdevChannel> retiring = new ArrayList<>();
  private final IoStats retired = new IoStats();
  private final BdevHistogram histogram = new BdevHistogram();
  private BdevDescriptor claimHolder;
  private String claimer;
  private volatile boolean removing;

  /** A channel and how often its descriptor's user has asked for it. */
  static final class Use {
    final BdevChannel channel;
    int count = 1;

    Use(BdevChannel channel) {
      this.channel = channel;
    }
  }

  BdevUsers(String name) {
    this.name = name;
  }

  synchronized BdevDescriptor open(Bdev bdev, boolean write, BdevListener listener) {
    requirePresent();
    if (write && bdev.readOnly()) {
      throw new BdevException(Errno.EROFS, "bdev %s is read-only".formatted(name));
    }
    if (write && claimer != null) {
      throw claimed();
    }
    return add(new BdevDescriptor(bdev, write, listener));
  }

  /** For a user who has it open already, and maybe claimed. */
  synchronized BdevDescriptor openAgain(BdevDescriptor descriptor) {
    requirePresent();
    requireOpen(descriptor);
    return add(new BdevDescriptor(descriptor.bdev(), descriptor.write(), BdevListener.NONE));
  }

  private BdevDescriptor add(BdevDescriptor descriptor) {
    open.add(descriptor);
    return descriptor;
  }

  private void requirePresent() {
    if (removing) {
      throw new BdevException(Errno.ENODEV, "bdev %s is being removed".formatted(name));
    }
  }

  synchronized int channelUsers(Reactor reactor) {
    return open.stream()
        .map(descriptor -> descriptor.uses.get(reactor))
        .filter(Objects::nonNull)
        .mapToInt(use -> use.count)
        .sum();
  }

  private BdevException claimed() {
    return new BdevException(Errno.EPERM, "bdev %s is claimed by %s".formatted(name, claimer));
  }

  synchronized void claim(BdevDescriptor descriptor, String by) {
    requirePresent();
    requireOpen(descriptor);
    if (claimer != null) {
      throw claimed();
    }
    if (!descriptor.write()) {
      throw new BdevException(Errno.EPERM, "bdev %s is open for reading only".formatted(name));
    }
    for (BdevDescriptor other : open) {
      if (other != descriptor && other.write()) {
        throw new BdevException(Errno.EBUSY, "bdev %s is open for writing already".formatted(name));
      }
    }
    claimHolder = descriptor;
    claimer = by;
  }

  synchronized void release(BdevDescriptor descriptor) {
    if (claimHolder == descriptor) {
      claimHolder = null;
      claimer = null;
    }
  }

  synchronized String claimer() {
    return claimer;
  }

  synchronized IoStats stats(StatsReset reset) {
    IoStats sum = new IoStats();
    sum.add(retired);
    retired.reset(reset);
    channels().forEach(channel -> take(channel, sum, reset));
    return sum;
  }

  synchronized Map<Reactor, IoStats> statsByReactor(StatsReset reset) {
    Map<Reactor, IoStats> sums = new LinkedHashMap<>();
    for (BdevChannel channel : channels()) {
      take(channel, sums.computeIfAbsent(channel.reactor(), r -> new IoStats()), reset);
    }
    return sums;
  }

  synchronized void enableHistogram(HistogramOptions options) {
    histogram.enable(options, channels());
  }

  synchronized Optional<Histogram> histogram() {
    return histogram.sum();
  }

  synchronized List<BdevChannel> channels() {
    List<BdevChannel> channels = new ArrayList<>(retiring);
    for (BdevDescriptor descriptor : open) {
      descriptor.uses.values().forEach(use -> channels.add(use.channel));
    }
    return channels;
  }

  /** Reads a channel's counters and sets them back between two of its requests: none is lost. */
  private static void take(BdevChannel channel, IoStats sum, StatsReset reset) {
    if (reset == StatsReset.NONE) {
      channel.stats().addTo(sum);
      return;
    }
    channel
        .reactor()
        .call(
            () -> {
              channel.stats().addTo(sum);
              channel.stats().reset(reset);
              return sum;
            });
  }

  synchronized BdevChannel channel(BdevDescriptor descriptor, Reactor reactor) {
    requirePresent();
    requireOpen(descriptor);
    Use use = descriptor.uses.get(reactor);
    if (use != null) {
      use.count++;
      return use.channel;
    }
    BdevChannel channel = descriptor.bdev().openChannel(reactor);
    if (!descriptor.write()) {
      channel.refuseChanges();
    }
    descriptor.uses.put(reactor, new Use(channel));
    histogram.opened(channel);
    return channel;
  }

  private void requireOpen(BdevDescriptor descriptor) {
    if (!open.contains(descriptor)) {
      throw new IllegalStateException("the descriptor of bdev %s is closed".formatted(name));
    }
  }

  void releaseChannel(BdevDescriptor descriptor, Reactor reactor) {
    BdevChannel channel;
    synchronized (this) {
      Use use = descriptor.uses.get(reactor);
      if (use == null || --use.count > 0) {
        return;
      }
      channel = retiring(descriptor.uses.remove(reactor));
    }
    retire(List.of(channel));
  }

  void close(BdevDescriptor descriptor) {
    List<BdevChannel> channels = new ArrayList<>();
    synchronized (this) {
      release(descriptor);
      if (!open.remove(descriptor)) {
        return;
      }
      retireAll(descriptor, channels);
    }
    retire(channels);
  }

  /**
   * The bdev goes: no more opens, the users are told, every channel is retired. Returns when the
   * last one is closed; that waits for requests in flight, never for a user.
   */
  void remove() {
    List<BdevDescriptor> told;
    synchronized (this) {
      requirePresent();
      removing = true;
      told = List.copyOf(open);
    }
    for (BdevDescriptor descriptor : told) {
      tell(() -> descriptor.listener().removed(descriptor.bdev()));
    }
    List<BdevChannel> channels;
    synchronized (this) {
      for (BdevDescriptor descriptor : open) {
        retireAll(descriptor, new ArrayList<>());
      }
      channels = List.copyOf(retiring); // also those that a user is closing right now
    }
    retire(channels);
  }

  /** A listener's fault is not allowed to leave the bdev half removed, or others untold. */
  private void tell(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      log.error("bdev {}: a listener failed", name, e);
    }
  }

  boolean removing() {
    return removing;
  }

  private void retireAll(BdevDescriptor descriptor, List<BdevChannel> into) {
    for (Use use : descriptor.uses.values()) {
      into.add(retiring(use));
    }
    descriptor.uses.clear();
  }

  private BdevChannel retiring(Use use) {
    retiring.add(use.channel);
    return use.channel;
  }

  private void retire(List<BdevChannel> channels) {
    for (BdevChannel channel : channels) {
      channel.reactor().surely(channel::retire);
    }
    for (BdevChannel channel : channels) {
      channel.closed().join();
      channel.bdev().channelClosed(channel);
      retired(channel);
    }
  }

  private synchronized void retired(BdevChannel channel) {
    if (retiring.remove(channel)) {
      channel.stats().addTo(retired);
      histogram.closed(channel);
    }
  }

  void resize(Bdev bdev, long bytes) {
    List<BdevDescriptor> told;
    synchronized (this) {
      if (bytes < bdev.sizeBytes() && !open.isEmpty()) {
        throw new BdevException(
            Errno.EBUSY,
            "bdev %s is open and cannot shrink from %d to %d bytes"
                .formatted(name, bdev.sizeBytes(), bytes));
      }
      bdev.sizeBytes(bytes);
      told = List.copyOf(open);
    }
    for (BdevDescriptor descriptor : told) {
      tell(() -> descriptor.listener().resized(bdev));
    }
  }
}

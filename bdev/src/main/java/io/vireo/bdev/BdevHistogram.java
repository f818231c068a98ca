package io.vireo.bdev;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The latencies of a bdev's channels since its histogram was enabled, those of closed channels
 * included. Guarded by the bdev's {@link BdevUsers}, like the channels.
 */
final class BdevHistogram {
  private final Map<BdevChannel, LatencyRecorder> recorders = new LinkedHashMap<>();
  private HistogramOptions options; // null: disabled
  private Histogram closed;

  /** Begins anew on all channels; null ends it. */
  void enable(HistogramOptions next, List<BdevChannel> channels) {
    options = next;
    closed = next == null ? null : new Histogram(next.layout());
    recorders.clear();
    for (BdevChannel channel : channels) {
      LatencyRecorder recorder = recorder(channel);
      channel.reactor().surely(() -> channel.recorder(recorder));
    }
  }

  private LatencyRecorder recorder(BdevChannel channel) {
    if (options == null) {
      return null;
    }
    LatencyRecorder recorder = new LatencyRecorder(options);
    recorders.put(channel, recorder);
    return recorder;
  }

  /** A channel was made, and nobody has it yet. */
  void opened(BdevChannel channel) {
    channel.recorder(recorder(channel));
  }

  /** A channel has counted its last request. */
  void closed(BdevChannel channel) {
    LatencyRecorder recorder = recorders.remove(channel);
    if (recorder != null) {
      recorder.addTo(closed);
    }
  }

  /** The sum over all channels; empty when disabled. */
  Optional<Histogram> sum() {
    if (options == null) {
      return Optional.empty();
    }
    Histogram sum = new Histogram(options.layout());
    sum.add(closed);
    recorders.values().forEach(recorder -> recorder.addTo(sum));
    return Optional.of(sum);
  }
}

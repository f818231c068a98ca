package io.vireo.bdev.uring;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.iobuf.Iobuf;
import io.vireo.bdev.iobuf.IobufOptions;
import io.vireo.bdev.iobuf.IobufStats;
import io.vireo.reactor.Reactor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The rings of all reactors: one each while it has uring channels. A reactor's ring is looked up,
 * made and closed on that reactor's thread only.
 */
final class UringRings {
  /** Of each reactor where nobody has set them: 4 MiB, taken up only where they are used. */
  private static final int USUAL_BUFFERS = 32;

  private static final int USUAL_BYTES = 128 << 10;

  private final Map<Reactor, UringRing> rings = new ConcurrentHashMap<>();
  private final Map<Reactor, BounceCounters> counters = new ConcurrentHashMap<>();
  private final int requests;
  private final Supplier<IobufOptions> buffers;

  /**
   * @param requests of each ring
   * @param buffers of each ring that is made from now on
   */
  UringRings(int requests, Supplier<IobufOptions> buffers) {
    this.requests = requests;
    this.buffers = buffers;
  }

  /** Those of a module, which lends buffers of that target under this name. */
  static UringRings of(String module, Iobuf iobuf) {
    IobufOptions usual = usual(USUAL_BUFFERS);
    UringRings rings = new UringRings(UringRing.REQUESTS, () -> iobuf.ofReactor(usual));
    iobuf.add(module, rings::stats);
    return rings;
  }

  /** So many buffers of the usual size. */
  static IobufOptions usual(int buffers) {
    return new IobufOptions(0, 0, buffers, USUAL_BYTES);
  }

  /** The reactor's ring, for one more channel. */
  UringRing join(Reactor reactor) {
    UringRing ring = rings.computeIfAbsent(reactor, this::open);
    ring.join();
    return ring;
  }

  private UringRing open(Reactor reactor) {
    BounceCounters counted = counters.computeIfAbsent(reactor, r -> new BounceCounters());
    return new UringRing(reactor, requests, buffers.get(), counted);
  }

  /** A channel uses the reactor's ring no more; the last one closes it. */
  void leave(Reactor reactor) {
    if (rings.get(reactor).leave()) {
      rings.remove(reactor).close();
    }
  }

  /** How many reactors have a ring. */
  int size() {
    return rings.size();
  }

  /** What the buffers of all reactors were asked for; any thread. */
  IobufStats stats() {
    return counters.values().stream()
        .map(BounceCounters::stats)
        .reduce(IobufStats.NONE, IobufStats::plus);
  }

  /**
   * Refuses a file whose transfers cannot be cut into pieces of a buffer; control threads.
   *
   * @throws BdevException EINVAL
   */
  void requireRoomFor(IoAlignment alignment) {
    int bytes = buffers.get().largeBytes();
    if (alignment.lengthBytes() > bytes) {
      throw BdevException.invalid(
          "blocks of %d bytes are larger than the buffers, of %d (iobuf_set_options, large_bufsize)"
              .formatted(alignment.lengthBytes(), bytes));
    }
  }
}

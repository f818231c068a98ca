package io.vireo.daemon;

import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.malloc.MallocCreate;
import io.vireo.bdev.malloc.MallocModule;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.nulldev.NullCreate;
import io.vireo.bdev.nulldev.NullModule;
import io.vireo.bdev.uring.UringCreate;
import io.vireo.bdev.uring.UringModule;
import io.vireo.linux.Libc;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorListener;
import io.vireo.reactor.ReactorOptions;
import io.vireo.reactor.Uninterrupted;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * A rehearsal before the first guest, so that the JVM has compiled the way of a request when a
 * guest's first one comes.
 *
 * <p>Guests that are not there come and go: each sets up rings on a disk of every kind, has
 * requests of all usual shapes served, and leaves. From the driver's end of the ring to the bdev
 * everything is the product's own, so what the JVM learns is what it will need: also how a guest
 * arrives and leaves, for code that was compiled without having seen that would be thrown away when
 * it happens. Only the socket is missing, and the thread of a reactor: laps are run by hand, which
 * leaves the other CPUs to the compilers.
 *
 * <p>Nothing of it is left when it is over: no names, counters, mappings, log lines.
 */
final class WarmUp implements ReactorListener {
  private static final int BLOCK_BYTES = 512;
  private static final int ROUNDS = 5;

  /** A guest needs a hundred nanoseconds to see an answer and to ask again. */
  private static final int IDLE_LAPS = 3;

  private static final int SINGLES = 4;
  private static final int LAPS_BETWEEN_ROUNDS = 50;
  private static final long TIMER_NS = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * Visits in a row that must have been as fast as the fastest, within a half: compilers take time.
   */
  private static final int FAST_VISITS = 30;

  private static final List<WarmUpDisk.Request> COMMON =
      List.of(
          (disk, sector, data) -> disk.direct.read(sector, data, WarmUpDisk.DATA_BYTES),
          (disk, sector, data) -> disk.direct.write(sector, data, WarmUpDisk.DATA_BYTES),
          (disk, sector, data) -> disk.indirect.read(sector, data, WarmUpDisk.DATA_BYTES),
          (disk, sector, data) -> disk.indirect.write(sector, data, WarmUpDisk.DATA_BYTES));

  private static final List<WarmUpDisk.Request> RARE =
      List.of(
          (disk, sector, data) -> disk.pieces.read(sector, data, WarmUpDisk.DATA_BYTES),
          (disk, sector, data) -> disk.pieces.write(sector, data, WarmUpDisk.DATA_BYTES),
          (disk, sector, data) -> disk.direct.flush(),
          (disk, sector, data) -> disk.direct.getId(data));

  private final long beginNs = System.nanoTime();
  private final long limitNs;
  private final Thread thread;
  private volatile Throwable failure;

  private WarmUp(Duration limit) {
    limitNs = limit.toNanos();
    thread = Thread.ofPlatform().daemon().name("warm-up").start(this::run);
  }

  /**
   * Begins, on a thread of its own. It ends when a visit is not faster than those before any more,
   * or after this time.
   */
  static WarmUp start(Duration limit) {
    return new WarmUp(limit);
  }

  /** Waits for the end, or until so much time has passed since the beginning. Any thread. */
  void await(Duration time) {
    Uninterrupted.run(() -> thread.join(Duration.ofNanos(time.toNanos() - nsSinceBegin())));
    failure()
        .ifPresent(
            cause ->
                LoggerFactory.getLogger(WarmUp.class)
                    .warn("the warm-up failed, so that first requests are slower", cause));
  }

  /** Why it could not be done; first requests are slower then, and nothing else is. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  private void run() {
    try (Owned owned = new Owned()) {
      BdevRegistry bdevs = new BdevRegistry();
      owned.add(bdevs, () -> bdevs.all().forEach(bdev -> bdevs.unregister(bdev.name())));
      List<String> names = createAll(bdevs, owned);
      Reactor polling = reactor(ReactorOptions.POLL, owned);
      Reactor adaptive = reactor(ReactorOptions.ADAPTIVE, owned);
      long fastestNs = Long.MAX_VALUE;
      int fast = 0;
      for (int visits = 1; !ended() && fast < FAST_VISITS; visits++) {
        long startNs = System.nanoTime();
        visit(bdevs, names, visits % 2 == 0 ? polling : adaptive);
        long ns = System.nanoTime() - startNs;
        fastestNs = Math.min(fastestNs, ns);
        fast = ns < fastestNs + fastestNs / 2 ? fast + 1 : 0;
      }
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
  }

  private boolean ended() {
    return failure != null || nsSinceBegin() > limitNs;
  }

  private long nsSinceBegin() {
    return System.nanoTime() - beginNs;
  }

  private Reactor reactor(ReactorOptions options, Owned owned) {
    Reactor reactor = Reactor.stepped("warm-up", options, this);
    owned.add(reactor, reactor::close);
    reactor.addTimer(TIMER_NS, () -> {}); // one that falls asleep wakes up
    return reactor;
  }

  /** A disk of each kind. */
  private static List<String> createAll(BdevRegistry bdevs, Owned owned) {
    BdevContext context = new BdevContext(bdevs, null, null);
    long blocks = WarmUpDisk.SECTORS;
    create(new NullModule(), context, new NullCreate("null", BLOCK_BYTES, blocks));
    create(new MallocModule(), context, new MallocCreate("malloc", BLOCK_BYTES, blocks));
    int file = Libc.memfdCreate("warm-up", Libc.MFD_CLOEXEC);
    owned.add(file, () -> Libc.close(file));
    Libc.ftruncate(file, blocks * BLOCK_BYTES);
    create(
        new UringModule(),
        context,
        new UringCreate("/proc/self/fd/" + file, "uring", BLOCK_BYTES, null));
    return List.of("null", "malloc", "uring");
  }

  private static void create(BdevModule module, BdevContext context, Record parameters) {
    for (Method<?> method : module.methods(context)) {
      if (method.parameters().isInstance(parameters)) {
        call(method, parameters);
      }
    }
  }

  private static <P extends Record> void call(Method<P> method, Record parameters) {
    var _ = method.handler().apply(method.parameters().cast(parameters));
  }

  /** A guest comes, is active for a while, and leaves. */
  private static void visit(BdevRegistry bdevs, List<String> names, Reactor reactor)
      throws IOException {
    try (Owned owned = new Owned()) {
      List<WarmUpDisk> disks = new ArrayList<>();
      for (String name : names) {
        disks.add(WarmUpDisk.open(bdevs, name, reactor, owned));
      }
      for (int round = 0; round < ROUNDS; round++) {
        messages(reactor);
        laps(reactor, LAPS_BETWEEN_ROUNDS);
        disks.forEach(disk -> disk.enable(true));
        disks.forEach(disk -> round(disk, reactor));
        disks.forEach(disk -> disk.enable(false));
      }
    }
  }

  /** Of several classes, as they come from sessions. */
  private static void messages(Reactor reactor) {
    reactor.post(() -> reactor.nowNs());
    reactor.post(Thread::onSpinWait);
    reactor.post(reactor::stats);
    reactor.lap();
  }

  private static void round(WarmUpDisk disk, Reactor reactor) {
    disk.interrupts(false);
    for (WarmUpDisk.Request request : COMMON) {
      for (int i = 0; i < SINGLES; i++) {
        disk.serve(request, 1);
        laps(reactor, IDLE_LAPS);
      }
      disk.serve(request, WarmUpDisk.MAX_DEPTH);
    }
    disk.interrupts(true);
    for (WarmUpDisk.Request request : RARE) {
      disk.serve(request, 1);
    }
  }

  private static void laps(Reactor reactor, int count) {
    for (int i = 0; i < count; i++) {
      reactor.lap();
    }
  }

  @Override
  public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
    failure = cause;
  }

  @Override
  public void memoryFault(Reactor reactor, InternalError error) {
    failure = error;
  }
}

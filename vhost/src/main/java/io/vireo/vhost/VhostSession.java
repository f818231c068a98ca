package io.vireo.vhost;

import io.vireo.bdev.Histogram;
import io.vireo.bdev.HistogramOptions;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.UnixSocket;
import io.vireo.memreg.MappingCache;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.Uninterrupted;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.MessageSocket;
import io.vireo.vhost.message.ProtocolException;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a front-end: a platform thread that waits for its socket and its inbox, serves
 * the requests, and when the connection ends, however that comes, gives everything back.
 *
 * <p>What began before the end goes on until it is done: the rings drain, without a limit, and the
 * guest's memory stays mapped until then.
 */
public final class VhostSession {
  private static final Logger log = LoggerFactory.getLogger(VhostSession.class);

  private final int number;
  private final String name;
  private final VhostController controller;
  private final Inbox inbox;
  private final MessageSocket socket;
  final Vrings rings;
  private final SessionMemory memory;
  private final BackendChannel channel;
  private final Dispatcher dispatcher;
  private final Thread thread;
  private final AtomicBoolean checkPosted = new AtomicBoolean();
  private volatile boolean ending;
  private boolean endedByUs;

  private VhostSession(
      int number,
      VhostController controller,
      Inbox inbox,
      UnixSocket connected,
      MappingCache mappings) {
    this.number = number;
    this.name = name(controller, number);
    this.controller = controller;
    this.inbox = inbox;
    socket = new MessageSocket(connected, Libc.MSG_DONTWAIT);
    rings = new Vrings(name, controller, inbox, this::mayRun);
    MemoryPins pins = new MemoryPins(name, controller::pinsGuestMemory, controller.lines());
    memory = new SessionMemory(mappings, controller.memoryQuota(), rings, pins);
    channel = new BackendChannel(name);
    dispatcher =
        new Dispatcher(
            name, socket, controller.device(), rings, memory, channel, controller.lines());
    thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  /** A session that is not started; {@code connected} is its own, unless this throws. */
  static VhostSession create(
      int number, VhostController controller, UnixSocket connected, MappingCache mappings) {
    Inbox inbox = new Inbox(name(controller, number));
    try {
      return new VhostSession(number, controller, inbox, connected, mappings);
    } catch (Throwable t) {
      inbox.close();
      throw t;
    }
  }

  private static String name(VhostController controller, int number) {
    return controller.name() + "#" + number;
  }

  /** Serves the connection on a thread of its own; closes it when there can be none. */
  void start() {
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      log.error("{}: session ends: {}", name, e.getMessage());
      finish();
    }
  }

  /** The controller's name and the number of the connection. */
  public String name() {
    return name;
  }

  /** The number of the connection, counted from 1 for each controller. Any thread, as all below. */
  public int number() {
    return number;
  }

  /** Whether any of its queues runs. */
  public boolean started() {
    return !rings.running().isEmpty();
  }

  /** The reactor of each queue that runs, by the queue's index. */
  public SortedMap<Integer, Reactor> placement() {
    SortedMap<Integer, Reactor> placement = new TreeMap<>();
    rings.running().forEach(queue -> placement.put(queue.index(), queue.reactor()));
    return placement;
  }

  /** Each queue that runs, by its index; asks the reactors. */
  public List<QueueState> queues() {
    return rings.running().stream()
        .map(RunningQueue::state)
        .sorted(Comparator.comparingInt(QueueState::index))
        .toList();
  }

  /** Requests that have begun and not ended; asks the reactors. */
  public int inFlight() {
    return queues().stream().mapToInt(QueueState::inFlight).sum();
  }

  /** How much of the guest's memory devices reach. */
  public PinnedMemory pinnedMemory() {
    return memory.pinned();
  }

  /**
   * How long the requests of each ring took since its controller's histograms were enabled, from
   * the head to the used entry; a ring is missing that has not run since, or had no memory for it.
   */
  public SortedMap<Integer, Histogram> histograms() {
    return rings.histograms().sums();
  }

  /** As {@link VhostController#enableHistograms}; null ends it. */
  void enableHistograms(HistogramOptions options) {
    rings.histograms().enable(options);
  }

  /** Ends the connection; {@link #join} waits for that. */
  void end() {
    inbox.post(
        () -> {
          endedByUs = true;
          ending = true;
        });
  }

  void join() {
    Uninterrupted.run(thread::join);
  }

  /** Tells the front-end that the device has changed, if it can be told, and pins accordingly. */
  void configChanged() {
    inbox.post(channel::configChanged);
    inbox.post(memory::settlePins);
  }

  /** Somebody's memory has faulted: ends the connection if it was this one's. */
  void checkMemory() {
    if (checkPosted.compareAndSet(false, true)) {
      inbox.post(this::endIfMemoryLost);
    }
  }

  /** Whether it ends, or has to, and may still touch memory that {@code other} uses as well. */
  boolean mustEndBefore(VhostSession other) {
    // In this order: a socket that is closed meanwhile belongs to a session that is ending.
    return (frontendGone() || ending) && memory.overlaps(other.memory);
  }

  /** Asks the socket: this session's thread may be busy, with a drain for one, and not know yet. */
  private boolean frontendGone() {
    int[] events = {0}; // none wanted: hang-ups and errors are told unasked
    Libc.poll(new int[] {socket.fd()}, events, 0);
    return events[0] != 0;
  }

  /**
   * Waits until {@code done} or until this session is to end, whatever comes first; {@link #nudge}
   * makes it look again. This session's thread only.
   */
  void await(BooleanSupplier done, String what) {
    inbox.await(() -> ending || done.getAsBoolean(), what);
  }

  private boolean mayRun() {
    controller.awaitPredecessors(this);
    return !ending; // it may have been told to end while it waited
  }

  void nudge() {
    inbox.post(() -> {});
  }

  private void run() {
    if (tells()) {
      log.info("{}: front-end connected", name);
    }
    try {
      while (!ending) {
        waitForWork();
      }
      ends(null);
    } catch (ProtocolException | ErrnoException e) {
      ends(e);
    } catch (InternalError e) {
      ends(e);
      memory.replaceLost();
    } catch (RuntimeException | Error e) {
      if (tells()) {
        log.error("{}: session ends by a fault of ours", name, e);
      }
    } finally {
      finish();
    }
  }

  private void ends(Throwable why) {
    if (!tells()) {
      return;
    }
    if (why == null) {
      log.info("{}: session ends", name);
    } else {
      log.warn("{}: session ends: {}", name, why.getMessage());
    }
  }

  private boolean tells() {
    return controller.lines().allows();
  }

  private void finish() {
    ending = true;
    closeConnection();
    if (rings.running().isEmpty()) {
      memory.close();
    } else {
      log.error("{}: a queue could not be stopped, so its memory stays mapped", name);
    }
    controller.ended(this);
    inbox.close();
  }

  /**
   * A front-end that is left by us connects again later, and goes on behind the last used entry it
   * found at the end: all that was begun must be answered before that. In any other case the socket
   * is first: nobody should wait for what is in flight to learn of the end.
   */
  private void closeConnection() {
    if (endedByUs) {
      Closing.all(rings, socket, channel);
    } else {
      Closing.all(socket, rings, channel);
    }
  }

  private void waitForWork() {
    boolean room = channel.waitsForRoom();
    int[] fds = {socket.fd(), inbox.fd(), room ? channel.fd() : -1};
    int[] events = {Libc.POLLIN, Libc.POLLIN, room ? Libc.POLLOUT : 0};
    Libc.poll(fds, events, -1);
    inbox.run();
    if (events[2] != 0) {
      channel.configChanged();
    }
    if (events[0] != 0 && !ending) {
      receive();
    }
  }

  private void receive() {
    try (Message message = socket.receive().orElse(null)) {
      if (message != null) {
        dispatcher.handle(message);
      }
    }
    if (socket.ended()) {
      ending = true;
    }
  }

  private void endIfMemoryLost() {
    checkPosted.set(false);
    if (memory.replaceLost()) {
      if (tells()) {
        log.warn("{}: the guest's memory was truncated", name);
      }
      ending = true;
    }
  }
}

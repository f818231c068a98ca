package io.vireo.vhost;

import io.vireo.bdev.HistogramOptions;
import io.vireo.linux.Errno;
import io.vireo.linux.UnixSocket;
import io.vireo.memreg.MappingCache;
import io.vireo.reactor.CpuMask;
import io.vireo.reactor.ReactorGroup;
import io.vireo.virtio.Coalescing;
import io.vireo.virtio.QueueBudget;
import io.vireo.virtio.VirtioDevice;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One device behind one socket.
 *
 * <p>Several front-ends may be connected at once, as with SPDK: each connection is a session with
 * its own rings and memory, and what they share is the device. A front-end that comes back after a
 * crash is thus served at once, while its last session may still be draining. If both use the same
 * memory, so that a late write of the old one could overtake a new one, the new one's rings start
 * when the old session is through.
 *
 * <p>Any thread.
 */
public final class VhostController {
  private static final Logger log = LoggerFactory.getLogger(VhostController.class);

  /** Far above what anybody needs; a connection costs a thread. */
  static final int MAX_SESSIONS = 64;

  private final String name;
  private final VirtioDevice device;
  private final ControllerOptions options;
  private final BitSet cpuMask;
  private final Placement.Spread spread;
  private final QueueBudget budget;
  private final MappingCache mappings;
  private final ReactorGroup reactors;
  private final VhostSocket socket;
  private final LineLimit lines;
  private final MemoryQuota memoryQuota = new MemoryQuota();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Acceptor acceptor;
  private final List<VhostSession> sessions = new CopyOnWriteArrayList<>(); // written under this
  private final ControllerCounts counts = new ControllerCounts();
  private int connections; // guarded by this
  private HistogramOptions histograms; // guarded by this; null: disabled
  private volatile Coalescing coalescing;
  private volatile boolean closing; // written under this

  VhostController(
      String name,
      VirtioDevice device,
      ControllerOptions options,
      QueueBudget budget,
      VhostSocket socket,
      MappingCache mappings,
      ReactorGroup reactors) {
    this.name = name;
    this.device = device;
    this.options = options;
    this.coalescing = options.coalescing();
    BitSet some = options.cpuMask();
    this.cpuMask = some == null ? reactors.cpus() : some;
    this.spread = some == null ? Placement.Spread.TOGETHER : Placement.Spread.EVENLY;
    this.budget = budget;
    this.socket = socket;
    this.lines = new LineLimit(name, System::nanoTime);
    this.mappings = mappings;
    this.reactors = reactors;
    acceptor = new Acceptor(name, socket, lines, () -> closing, this::connected, this::tellIfOver);
  }

  /** Begins to accept. When that fails the socket is the caller's again. */
  void start() {
    try {
      device.onConfigChange(this::configChanged);
      acceptor.start();
    } catch (Throwable t) {
      acceptor.giveUp();
      throw t;
    }
  }

  public String name() {
    return name;
  }

  public VirtioDevice device() {
    return device;
  }

  /** The socket's file; none when it was passed to this process. */
  public Optional<Path> socket() {
    return socket.path();
  }

  /** As it was made. */
  public ControllerOptions options() {
    return options;
  }

  /** CPUs whose reactors its queues run on. */
  public BitSet cpuMask() {
    return (BitSet) cpuMask.clone();
  }

  /** Whether guests' memory is to be pinned: its device does DMA, and it was not ruled out. */
  public boolean pinsGuestMemory() {
    return options.pinGuestMemory() && device.dma();
  }

  /** For the queues of one more session. */
  Placement placement() {
    return new Placement(reactors, cpuMask, spread);
  }

  /** What its sessions may have mapped. */
  MemoryQuota memoryQuota() {
    return memoryQuota;
  }

  /** Bounds what its front-ends can make us log. */
  LineLimit lines() {
    return lines;
  }

  /** What all its queues may take of the heap. */
  QueueBudget budget() {
    return budget;
  }

  /** What its sessions' queues do is told here. */
  ControllerCounts counts() {
    return counts;
  }

  /** How often a ring was broken, by what its driver or its front-end did. */
  public long brokenRings() {
    return counts.brokenRings();
  }

  /** What all its queues have done since it is there; asks the reactors. */
  public ControllerTotals totals() {
    return counts.totals();
  }

  /** How many connections there were, those of now among them. */
  public synchronized int connections() {
    return connections;
  }

  /** Who is connected, or was and is still draining. */
  public List<VhostSession> sessions() {
    return List.copyOf(sessions);
  }

  /**
   * Begins a histogram of the latencies of each queue, also of those to come, in place of those
   * there are. Waits for the reactors.
   */
  public void enableHistograms(HistogramOptions options) {
    histograms(Objects.requireNonNull(options));
  }

  /** Ends the histograms, if there are any. Waits for the reactors. */
  public void disableHistograms() {
    histograms(null);
  }

  private synchronized void histograms(HistogramOptions options) {
    histograms = options;
    sessions.forEach(session -> session.enableHistograms(options));
  }

  /** Lets the interrupts of all queues wait like this from now on. Waits for the reactors. */
  public void coalesce(Coalescing how) {
    coalescing = Objects.requireNonNull(how);
    sessions.forEach(session -> session.rings.coalescingChanged());
  }

  /** How interrupts wait now. */
  public Coalescing coalescing() {
    return coalescing;
  }

  /** Whether there are {@link VhostSession#histograms}. */
  public synchronized boolean hasHistograms() {
    return histograms != null;
  }

  /** The device's configuration has changed: every front-end that can be told is told. */
  public void configChanged() {
    sessions.forEach(VhostSession::configChanged);
  }

  /** A reactor met memory that is not there any more: each session looks at its own. */
  void checkMemory() {
    sessions.forEach(VhostSession::checkMemory);
  }

  /**
   * Closes an idle controller.
   *
   * @throws VhostException EBUSY while anybody is connected
   */
  void closeIdle() {
    synchronized (this) {
      if (!sessions.isEmpty()) {
        throw new VhostException(
            Errno.EBUSY, "controller %s has %d connections".formatted(name, sessions.size()));
      }
      closing = true;
    }
    finish();
  }

  /** Takes nobody any more and lets every session end. */
  synchronized void beginClose() {
    closing = true;
    sessions.forEach(VhostSession::end);
  }

  /** Closes after {@link #beginClose}; waits for what is in flight, without a limit. */
  void close() {
    sessions().forEach(VhostSession::join);
    finish();
  }

  /** Waits, on the thread of {@code session}, for ending sessions that use its memory. */
  void awaitPredecessors(VhostSession session) {
    session.await(
        () -> sessions.stream().noneMatch(s -> s != session && s.mustEndBefore(session)),
        "an ending session that uses the same memory");
  }

  void ended(VhostSession session) {
    synchronized (this) {
      sessions.remove(session);
    }
    sessions.forEach(VhostSession::nudge);
    tellIfOver();
  }

  /**
   * Waits until it is closed, or until its socket was the connection of one front-end and that has
   * gone. What was begun has ended then.
   */
  public void awaitEnd() throws InterruptedException {
    over.await();
  }

  private synchronized void tellIfOver() {
    if (socket.exhausted() && sessions.isEmpty()) {
      over.countDown();
    }
  }

  @Override
  public String toString() {
    return "%s on %s".formatted(name, CpuMask.format(cpuMask));
  }

  private void finish() {
    acceptor.join();
    device.onConfigChange(() -> {});
    acceptor.close();
    over.countDown();
  }

  private synchronized void connected(UnixSocket connection) {
    if (closing || sessions.size() >= MAX_SESSIONS) {
      if (lines.allows()) {
        log.warn("{}: refused a connection besides {} others", name, sessions.size());
      }
      connection.close();
      return;
    }
    connections++;
    VhostSession session;
    try {
      session = VhostSession.create(connections, this, connection, mappings);
    } catch (RuntimeException | Error e) {
      connection.close(); // it was perhaps the last descriptor that there was
      throw e;
    }
    session.enableHistograms(histograms);
    sessions.add(session);
    session.start();
  }
}

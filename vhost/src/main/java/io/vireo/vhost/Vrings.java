package io.vireo.vhost;

import io.vireo.linux.EventFd;
import io.vireo.memreg.GuestMemory;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.VringAddress;
import io.vireo.virtio.QueueBudget;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.VirtioDevice;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.queue.RingAddresses;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * All rings of a session and what they have in common: device, features, memory, placement.
 * Session's thread only.
 */
final class Vrings implements SessionMemory.User, AutoCloseable {
  private final String name;
  private final VhostController controller;
  private final Placement placement;
  private final Inbox inbox;
  private final BooleanSupplier mayRun;
  private final Vring[] rings;
  private final List<RunningQueue> running = new CopyOnWriteArrayList<>();
  private final RingHistograms histograms;
  private GuestMemory memory = GuestMemory.EMPTY;
  private long acked;

  /**
   * @param name the session's, for log lines
   * @param mayRun asked before a queue starts, and may wait; false when none is to start any more
   */
  Vrings(String name, VhostController controller, Inbox inbox, BooleanSupplier mayRun) {
    this.name = name;
    this.controller = controller;
    this.placement = controller.placement();
    this.inbox = inbox;
    this.mayRun = mayRun;
    this.histograms = new RingHistograms(running, controller.budget());
    this.rings =
        IntStream.range(0, device().maxQueues())
            .mapToObj(i -> new Vring(i, this))
            .toArray(Vring[]::new);
  }

  /**
   * @throws IllegalArgumentException when there is no such ring
   */
  Vring ring(int index) {
    if (index < 0 || index >= rings.length) {
      throw new IllegalArgumentException(
          "ring %s is not one of %d".formatted(Integer.toUnsignedString(index), rings.length));
    }
    return rings[index];
  }

  /** SET_FEATURES. Running queues go on under the new features if these matter to them. */
  void features(long next) {
    long changed = (acked ^ next) & device().features();
    acked = next;
    for (Vring ring : rings) {
      if (changed != 0) {
        ring.restart();
      } else {
        ring.refreshEnabled();
      }
    }
  }

  /** The bits that driver and device agreed on. */
  long features() {
    return acked & device().features();
  }

  /** Without them rings are always enabled (section "Ring states"). */
  boolean protocolFeaturesNegotiated() {
    return VirtioFeatures.has(acked, ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES);
  }

  /**
   * Every queue uses {@code next} when this returns; if regions go, nothing that began under an
   * older table is left then. Nor are there many older tables: a front-end could send as many as it
   * likes while one request takes its time.
   */
  @Override
  public void memory(GuestMemory next, boolean regionsGo) {
    memory = next;
    for (Vring ring : rings) {
      ring.memory(next);
    }
    if (regionsGo || Arrays.stream(rings).anyMatch(Vring::hasManyTables)) {
      inbox.await(
          () -> Arrays.stream(rings).allMatch(Vring::memoryReleased),
          "requests that use older memory");
    }
  }

  @Override
  public void memoryChanged() {
    for (Vring ring : rings) {
      ring.startIfReady();
    }
  }

  GuestMemory memory() {
    return memory;
  }

  String name() {
    return name;
  }

  QueueBudget budget() {
    return controller.budget();
  }

  LineLimit lines() {
    return controller.lines();
  }

  /** A ring was broken. */
  void countBroken() {
    controller.counts().broken();
  }

  VirtioDevice device() {
    return controller.device();
  }

  /** Whether each part of such a ring lies in one region. */
  boolean holds(int size, VringAddress at) {
    boolean eventIdx = VirtioFeatures.has(features(), VirtioFeatures.EVENT_IDX);
    return RingAddresses.find(
            memory, size, eventIdx, at.descriptorUva(), at.availableUva(), at.usedUva())
        .isPresent();
  }

  /** Whether a queue may start now; waits for those that must end before. */
  boolean mayRun() {
    return mayRun.getAsBoolean();
  }

  RunningQueue run(QueueConfig config, EventFd kick, boolean enabled) {
    RunningQueue queue = RunningQueue.start(device(), placement, inbox, config, kick, enabled);
    running.add(queue);
    controller.counts().started(queue);
    if (!controller.coalescing().off()) { // if that changes now, whoever changes it sees the queue
      queue.coalescing(controller::coalescing);
    }
    histograms.started(queue);
    return queue;
  }

  /** As {@link RunningQueue#stop}. */
  int stop(RunningQueue queue, int index) {
    int nextAvail = queue.stop("%s, ring %d".formatted(name, index));
    controller.counts().ended(queue);
    running.remove(queue);
    return nextAvail;
  }

  /** The queues that run, or drain, at this moment. Any thread. */
  List<RunningQueue> running() {
    return running;
  }

  /** The controller's interrupts wait in another way. Any thread. */
  void coalescingChanged() {
    running.forEach(queue -> queue.coalescing(controller::coalescing));
  }

  /** How long requests take. Any thread. */
  RingHistograms histograms() {
    return histograms;
  }

  /** Hands a message to the session's thread. Any thread. */
  void post(Runnable message) {
    inbox.post(message);
  }

  /** Stops every ring, waiting for what is in flight, and closes its descriptors. */
  @Override
  public void close() {
    Closing.all(rings);
    histograms.close();
  }
}

package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NamespaceQueue;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.PooledBuffers;
import io.vireo.nvme.QueuePairOptions;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.TransportQueue;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;

/**
 * Reactor thread only, but for what makes, reopens and closes it: that is the drive's thread. The
 * queue pair of one drive on one reactor, shared by the channels of all its namespaces there.
 *
 * <p>While the reactor has time to spare each command gets its doorbell at once; a busy one saves
 * the stores, which cross the bus, and rings once a lap. What the controller does not end as it
 * should is a matter for {@link Retries}.
 */
final class DriveQueue implements Poller {
  private static final int BUDGET = 64;
  private static final long NS_OF_US = 1_000;

  private final NvmeDrive drive;
  private final NvmeController controller;
  private final Reactor reactor;
  private final QueueInterrupt interrupt;
  private final IoQueuePair pair;
  private final Retries retries;
  private final boolean delaySubmit;
  private final long timeoutNs;
  private final DriveIos requests;
  private final LateCommands late;
  private final Cancellations cancellations;
  private long polls;
  private long idlePolls;
  private long completions;
  private boolean polled;
  private boolean stopped; // the pair is not ours to poll: its queue may be replaced

  /** Of the drive's thread: who has joined. */
  int users;

  private DriveQueue(
      NvmeDrive drive, NvmeController controller, Reactor reactor, int vector, IoQueuePair pair) {
    this.drive = drive;
    this.controller = controller;
    this.reactor = reactor;
    this.pair = pair;
    this.retries = new Retries(this, drive, reactor);
    this.delaySubmit = drive.options().delaySubmit();
    this.timeoutNs = drive.options().timeoutUs() * NS_OF_US;
    this.interrupt = new QueueInterrupt(drive.interrupts(), vector, reactor, timeoutNs);
    this.requests = new DriveIos(this, pair.capacity());
    this.late = new LateCommands(pair, timeoutNs);
    this.cancellations = new Cancellations(this, drive, requests, retries, pair);
  }

  /** Makes the queue pair. */
  static DriveQueue open(NvmeDrive drive, NvmeController controller, Reactor reactor) {
    PooledBuffers bounces = drive.buffers().join(reactor);
    int vector = drive.interrupts().take(reactor);
    try {
      int requests =
          Math.min(drive.options().queueRequests(), controller.cap().maxQueueEntries() - 1);
      QueuePairOptions options =
          QueuePairOptions.of(requests + 1, requests, bounces).withInterrupts(vector);
      return new DriveQueue(drive, controller, reactor, vector, controller.openQueuePair(options));
    } catch (RuntimeException e) {
      drive.interrupts().give(vector);
      drive.buffers().leave(reactor);
      throw e;
    }
  }

  /** From now on it is polled. */
  DriveQueue begin() {
    if (!polled) {
      polled = true;
      late.watch(reactor.nowNs());
      reactor.addChannel(this);
      interrupt.begin(this, requests);
    }
    return this;
  }

  /** The way to one namespace on this queue pair. */
  NamespaceQueue namespace(NvmeNamespace namespace) {
    return controller.open(pair, namespace);
  }

  /** Begins a request that has been checked. */
  int start(NvmeChannel channel, BdevIo io) {
    if (io.type() == IoType.FLUSH && !channel.writeCache()) {
      return IoStatus.OK;
    }
    DriveIo request = requests.take();
    if (request == null) {
      return IoStatus.BUSY;
    }
    request.begin(channel, io);
    int taken = TransportQueue.FULL;
    interrupt.busy();
    try {
      request.takeData();
      taken = send(request);
    } finally {
      if (taken != TransportQueue.SUBMITTED && !request.inFlight()) {
        requests.give(request); // refused, or a guest's memory is gone
      }
    }
    return switch (taken) {
      case TransportQueue.SUBMITTED -> IoStatus.PENDING;
      case TransportQueue.FULL -> IoStatus.BUSY;
      default -> IoStatus.IO_ERROR;
    };
  }

  /** Hands a request to the driver, or to those that wait for an error that is injected. */
  int send(DriveIo request) {
    request.sentNs = reactor.nowNs();
    int taken =
        !stopped && drive.errors().any() && retries.injected(request)
            ? TransportQueue.SUBMITTED
            : request.submit();
    if (!stopped && (!delaySubmit || reactor.hasTimeToSpare())) {
      pair.ring();
    }
    return taken;
  }

  /** Whether a request is in flight here. */
  boolean holds(BdevIo io) {
    return requests.holds(io);
  }

  @Override
  public String name() {
    return drive.name() + " queue " + pair.id();
  }

  @Override
  public int poll() {
    return requests.active() == 0 || stopped ? 0 : work();
  }

  private int work() {
    int work = 0;
    try {
      work = retries.isEmpty() ? 0 : retries.resume();
    } finally { // an owner that throws keeps no other waiting
      work += ended();
    }
    return work;
  }

  private int ended() {
    pair.ring();
    int ended = pair.poll(BUDGET, reactor.nowNs());
    polls++;
    completions += ended;
    idlePolls += ended == 0 ? 1 : 0;
    return ended;
  }

  /** The driver has done with a request. */
  void completed(DriveIo request, int status) {
    int seen = request.injectedStatus == DriveIo.NONE ? status : request.injectedStatus;
    request.injectedStatus = DriveIo.NONE;
    if (!retries.take(request, seen)) {
      boolean cancelled = request.cancelled && seen != NvmeStatus.SUCCESS;
      end(request, cancelled ? IoStatus.ABORTED : Statuses.of(seen));
    }
  }

  /** Whether a request has had its time, so that an abort was meant for it. */
  boolean isLate(DriveIo request) {
    return timeoutNs > 0 && reactor.nowNs() - request.sentNs >= timeoutNs;
  }

  /** A request is done with. */
  void end(DriveIo request, int status) {
    NvmeChannel channel = request.channel;
    BdevIo io = request.io;
    requests.give(request);
    channel.ended(io, status);
  }

  /** A reset of a disk wants its requests to end soon. */
  void cancel(NvmeChannel channel) {
    cancellations.begin(channel);
  }

  /** Whether the driver has requests that were cancelled then or before. */
  boolean hasCancelled(int number) {
    return requests.haveCancelled(number);
  }

  /** The controller is about to be disabled: after what was taken already it is told no more. */
  void hold() {
    try {
      pair.ring();
    } finally {
      pair.hold();
    }
  }

  /** Whether it has commands that did not end. */
  boolean hasCommands() {
    return pair.inFlight() > 0;
  }

  /** The controller is disabled: what it had waits, and so does what comes. */
  void suspend() {
    if (!stopped) {
      requests.countReset(drive.options().retryCount());
    }
    stopped = true;
    pair.suspend();
  }

  /** All that waits ends, and what comes is refused. */
  void fail() {
    try {
      pair.fail(NvmeStatus.ABORTED_BY_HOST | NvmeStatus.DNR);
    } finally { // also when an owner threw: others wait
      retries.fail();
    }
  }

  /** The drive's thread: makes the queues anew on the enabled controller. */
  void reopen() {
    controller.reopen(pair);
  }

  /** What waits is sent. */
  void resume() {
    stopped = false;
    pair.resume();
  }

  /** It is neither polled nor rung any more; it is to be closed, or its controller's way goes. */
  void end() {
    stopped = true;
    if (polled) {
      polled = false;
      reactor.remove(this);
      interrupt.end();
    }
  }

  /** The drive's thread: gives everything back. */
  void close() {
    controller.close(pair);
    drive.interrupts().give(interrupt.vector());
    drive.buffers().leave(reactor);
  }

  @Override
  public boolean ready() {
    boolean mustPoll = !interrupt.wakes() || !retries.isEmpty();
    return requests.active() > 0 && !stopped && (mustPoll || pair.ready());
  }

  /** An owner threw: the queue itself is as it should be, other disks depend on it, it goes on. */
  @Override
  public void failed(Throwable cause) {
    reactor.post(
        () -> {
          if (polled) {
            reactor.addChannel(this);
          }
        });
  }

  Reactor reactor() {
    return reactor;
  }

  int id() {
    return pair.id();
  }

  LateCommands late() {
    return late;
  }

  /** What went through it. */
  QueueCounters counters() {
    return QueueCounters.of(pair, polls, idlePolls, completions);
  }
}

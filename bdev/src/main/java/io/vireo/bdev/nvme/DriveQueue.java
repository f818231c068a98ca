package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.nvme.BufferStack;
import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NamespaceQueue;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeNamespace;
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
  /** Of one request before it has ever had more. */
  private static final int PIECES = 32;

  private static final int BUDGET = 64;
  private static final int BOUNCE_BUFFERS = 32;
  private static final int BOUNCE_BYTES = 64 << 10;
  private static final long NS_OF_US = 1_000;

  private final NvmeDrive drive;
  private final NvmeController controller;
  private final Reactor reactor;
  private final BufferStack bounces;
  private final IoQueuePair pair;
  private final Retries retries;
  private final boolean delaySubmit;
  private final DriveIo[] all;
  private DriveIo free;
  private int active;
  private long polls;
  private long idlePolls;
  private long completions;
  private boolean polled;
  private boolean stopped; // the pair is not ours to poll: its queue may be replaced

  /** Of the drive's thread: who has joined. */
  int users;

  private DriveQueue(
      NvmeDrive drive,
      NvmeController controller,
      Reactor reactor,
      BufferStack bounces,
      IoQueuePair pair) {
    this.drive = drive;
    this.controller = controller;
    this.reactor = reactor;
    this.bounces = bounces;
    this.pair = pair;
    this.retries = new Retries(this, drive, reactor);
    this.delaySubmit = drive.options().delaySubmit();
    all = new DriveIo[pair.capacity()];
    for (int i = 0; i < all.length; i++) {
      all[i] = new DriveIo(this, PIECES);
      give(all[i]);
    }
  }

  /** Makes the queue pair. */
  static DriveQueue open(NvmeDrive drive, NvmeController controller, Reactor reactor) {
    BufferStack bounces = new BufferStack(drive.memory(), BOUNCE_BUFFERS, BOUNCE_BYTES);
    try {
      int requests =
          Math.min(drive.options().queueRequests(), controller.cap().maxQueueEntries() - 1);
      IoQueuePair pair = controller.openQueuePair(requests + 1, requests, bounces);
      return new DriveQueue(drive, controller, reactor, bounces, pair);
    } catch (RuntimeException e) {
      bounces.close();
      throw e;
    }
  }

  /** From now on it is polled. */
  DriveQueue begin() {
    if (!polled) {
      polled = true;
      long limitNs = drive.options().timeoutUs() * NS_OF_US;
      pair.watch(limitNs, (p, request, ageNs) -> drive.late(this, request.commandId(), ageNs));
      reactor.addChannel(this);
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
    DriveIo request = free;
    if (request == null) {
      return IoStatus.BUSY;
    }
    free = request.next;
    active++;
    request.begin(channel, io);
    int taken = TransportQueue.FULL;
    try {
      request.takeData();
      taken = send(request);
    } finally {
      if (taken != TransportQueue.SUBMITTED && !request.inFlight()) {
        active--; // refused, or a guest's memory is gone
        give(request);
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
    int taken =
        drive.errors().any() && retries.injected(request)
            ? TransportQueue.SUBMITTED
            : request.submit();
    if (!stopped && (!delaySubmit || reactor.hasTimeToSpare())) {
      pair.ring();
    }
    return taken;
  }

  private void give(DriveIo request) {
    request.io = null;
    request.next = free;
    free = request;
  }

  /** Whether a request is in flight here. */
  boolean holds(BdevIo io) {
    for (DriveIo request : all) {
      if (request.io == io) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int poll() {
    return active == 0 || stopped ? 0 : work();
  }

  private int work() {
    int work = retries.isEmpty() ? 0 : retries.resume();
    pair.ring();
    int ended = pair.poll(BUDGET, reactor.nowNs());
    polls++;
    completions += ended;
    idlePolls += ended == 0 ? 1 : 0;
    return work + ended;
  }

  /** The driver has done with a request. */
  void completed(DriveIo request, int status) {
    int seen = request.injectedStatus == 0 ? status : request.injectedStatus;
    request.injectedStatus = 0;
    if (!retries.take(request, seen)) {
      end(request, Statuses.of(seen));
    }
  }

  /** A request is done with. */
  void end(DriveIo request, int status) {
    NvmeChannel channel = request.channel;
    BdevIo io = request.io;
    active--;
    give(request);
    channel.ended(io, status);
  }

  /** A reset of a disk wants its requests to end soon. */
  void cancel(NvmeChannel channel) {
    for (DriveIo request : all) {
      if (request.io != null && request.channel == channel) {
        request.cancelled = true;
      }
    }
  }

  /** The controller is disabled: what it had waits, and so does what comes. */
  void suspend() {
    stopped = true;
    pair.suspend();
  }

  /** All that waits ends, and what comes is refused. */
  void fail() {
    stopped = true;
    pair.fail(NvmeStatus.ABORTED_BY_HOST | NvmeStatus.DNR);
    retries.fail();
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

  /** It is not polled any more; nobody uses it. */
  void end() {
    if (polled) {
      polled = false;
      reactor.remove(this);
    }
  }

  /** The drive's thread: gives everything back. */
  void close() {
    controller.close(pair);
    bounces.close();
  }

  @Override
  public boolean ready() {
    return active > 0 && !stopped;
  }

  /**
   * An owner threw out of its completion. The queue itself is as it should be, and other disks
   * depend on it: it is polled on.
   */
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

  /** The queue's id at the controller. */
  int id() {
    return pair.id();
  }

  /** What went through it. */
  QueueCounters counters() {
    return new QueueCounters("PCIE", polls, idlePolls, completions, 0, 0, 0, 0, 0, 0);
  }
}

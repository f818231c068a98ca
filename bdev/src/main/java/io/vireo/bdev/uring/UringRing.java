package io.vireo.bdev.uring;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.WaitingList;
import io.vireo.bdev.iobuf.IobufOptions;
import io.vireo.linux.uring.IoUring;
import io.vireo.linux.uring.Sqe;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;

/**
 * Reactor thread only. The io_uring of one reactor, shared by all uring channels there.
 *
 * <p>A request takes a slot, and when alignment demands it a bounce buffer; without a buffer it
 * waits in line for one. Its next steps wait in line for submission entries and go before new
 * requests. A new one that finds no slot or no entry is answered BUSY; so is one of a channel that
 * holds more than its share of the slots when they run short, lest it starve the others.
 *
 * <p>While the reactor has time to spare each request goes to the kernel at once: a disk that gets
 * them one by one works on the first while the next is on its way, and answers them one by one; one
 * that gets them in batches works in batches. A busy reactor saves the calls and submits once a
 * lap.
 *
 * <p>Copying to and from guests' memory can throw, and late: a request between two places is noted
 * as unsettled, and the next poll sees what became of it.
 */
final class UringRing implements Poller, AutoCloseable {
  /** Requests in flight; as many steps can be submitted in one lap. */
  static final int REQUESTS = 1024;

  private static final long CANCEL = -1;

  private final Reactor reactor;
  private final IoUring ring;
  private final BouncePool bounces;
  private final UringRequest[] requests;
  private final WaitingList<UringRequest> steps = new WaitingList<>(); // ready for an entry
  private UringRequest unsettled; // out of the kernel or its list, and not yet elsewhere
  private UringRequest free;
  private int freeCount;
  private int active; // requests and cancellations that have not ended
  private int channels;

  /** On the reactor's thread, which then polls it. */
  UringRing(Reactor reactor, int requestCount, IobufOptions buffers, BounceCounters counters) {
    this.reactor = reactor;
    bounces = new BouncePool(buffers, counters);
    try {
      ring = IoUring.create(requestCount, new IoUring.Options(2 * requestCount));
    } catch (RuntimeException e) {
      bounces.close();
      throw e;
    }
    requests = new UringRequest[requestCount];
    for (int i = 0; i < requestCount; i++) {
      requests[i] = new UringRequest(i, bounces.zeroes());
      giveSlot(requests[i]);
    }
    reactor.watch(ring.fd(), this);
    reactor.addChannel(this);
  }

  /** Counts a channel that uses this ring. */
  void join() {
    channels++;
  }

  /** A channel uses it no more; true when it was the last one. */
  boolean leave() {
    return --channels == 0;
  }

  /** Begins a request that has been checked: PENDING or BUSY. */
  int start(UringChannel channel, BdevIo io) {
    if (!hasRoom(channel)) {
      return IoStatus.BUSY;
    }
    UringRequest request = takeSlot();
    active++;
    if (!request.begin(channel, io) || bounce(request)) {
      firstStep(request);
    }
    return IoStatus.PENDING;
  }

  private boolean hasRoom(UringChannel channel) {
    boolean shortOfSlots = freeCount <= requests.length / 4;
    return freeCount > 0
        && ring.sq().space() > steps.size()
        && !(shortOfSlots && channel.inFlight() >= requests.length / channels);
  }

  private UringRequest takeSlot() {
    UringRequest request = free;
    free = request.nextFree;
    freeCount--;
    return request;
  }

  private void giveSlot(UringRequest request) {
    request.nextFree = free;
    free = request;
    freeCount++;
  }

  private boolean bounce(UringRequest request) {
    request.channel.stats().bounced();
    return bounces.lend(request);
  }

  private void firstStep(UringRequest request) {
    try {
      step(request);
    } catch (RuntimeException | Error e) {
      if (!request.inKernel()) {
        release(request);
      }
      throw e; // which ends the request, unless this ring still holds it
    }
  }

  /** Whether a request is in flight here. */
  boolean holds(BdevIo io) {
    for (UringRequest request : requests) {
      if (request.io == io) {
        return true;
      }
    }
    return false;
  }

  private void step(UringRequest request) {
    request.load(); // before an entry is taken, for it may throw
    request.fill(ring.sq().next());
    if (reactor.hasTimeToSpare()) {
      ring.submit(); // what the kernel does not take stays queued
    }
  }

  /** The slot is free again; its bounce buffer goes to whoever waits for one. */
  private void release(UringRequest request) {
    active--;
    request.io = null;
    long buffer = request.takeBounce();
    giveSlot(request);
    UringRequest next = buffer == 0 ? null : bounces.takeBack(buffer);
    if (next != null) {
      steps.add(next);
    }
  }

  @Override
  public String name() {
    return "io_uring";
  }

  @Override
  public int poll() {
    return active == 0 ? 0 : work();
  }

  private int work() {
    if (unsettled != null) {
      settle();
    }
    int work = resume();
    work += Math.max(0, ring.submit()); // what the kernel did not take stays queued
    while (ring.cq().next()) {
      reap(ring.cq().userData(), ring.cq().res());
      work++;
    }
    return work;
  }

  /** An error interrupted the last poll. */
  private void settle() {
    UringRequest request = unsettled;
    unsettled = null;
    if (request.io != null && !request.inKernel()) {
      end(request, IoStatus.IO_ERROR);
    }
  }

  /** The next steps of requests begun before, as far as there are entries. */
  private int resume() {
    int work = 0;
    while (!steps.isEmpty() && ring.sq().space() > 0) {
      nextStep(steps.take());
      work++;
    }
    return work;
  }

  private void nextStep(UringRequest request) {
    unsettled = request;
    if (request.cancelled) {
      end(request, IoStatus.ABORTED);
    } else {
      step(request);
      unsettled = null;
    }
  }

  private void reap(long tag, int res) {
    if (tag == CANCEL) {
      active--;
      return;
    }
    UringRequest request = requests[UringRequest.slot(tag)];
    if (!request.inKernel() || request.tag() != tag) {
      return; // an entry that an error left half filled
    }
    unsettled = request;
    int status = request.ended(res, reactor.nowNs());
    if (status == IoStatus.PENDING) {
      unsettled = null;
      steps.add(request);
    } else {
      end(request, status);
    }
  }

  private void end(UringRequest request, int status) {
    UringChannel channel = request.channel;
    BdevIo io = request.io;
    unsettled = null;
    release(request);
    channel.ended(io, status);
  }

  /** Asks the kernel to give up a channel's requests, as far as there are entries. */
  void cancel(UringChannel channel) {
    for (UringRequest request : requests) {
      if (request.io != null && request.channel == channel) {
        request.cancelled = true;
        if (request.inKernel() && ring.sq().space() > 0) {
          Sqe.prepCancel(ring.sq().next(), request.tag(), CANCEL);
          active++;
        }
      }
    }
  }

  @Override
  public boolean ready() {
    return active > 0 && (!steps.isEmpty() || ring.ready());
  }

  /**
   * An owner threw out of its completion. The ring itself is as it should be, and other disks
   * depend on it: it is polled on.
   */
  @Override
  public void failed(Throwable cause) {
    reactor.post(
        () -> {
          if (channels > 0) {
            reactor.addChannel(this);
          }
        });
  }

  /** Nothing is in flight any more. */
  @Override
  public void close() {
    reactor.remove(this);
    reactor.unwatch(ring.fd());
    ring.close();
    bounces.close();
  }
}

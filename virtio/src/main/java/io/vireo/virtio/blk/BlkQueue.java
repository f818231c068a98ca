package io.vireo.virtio.blk;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoCompletion;
import io.vireo.bdev.IoStatus;
import io.vireo.linux.FaultPoint;
import io.vireo.linux.Mem;
import io.vireo.reactor.Reactor;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.QueueCounters;
import io.vireo.virtio.queue.PollPacer;
import io.vireo.virtio.queue.RingQueue;

/**
 * Reactor thread only. One request queue of a block device: takes chains, submits them to its bdev
 * channel, answers.
 *
 * <p>A head is consumed only when its request has been answered or is in flight, so whatever cuts a
 * lap short (a bdev that is full, memory that is gone) leaves it in the ring for a later lap.
 */
final class BlkQueue extends RingQueue implements IoCompletion {
  /** Bytes answered at once in one lap, and descriptors by what they cost: some 50 us. */
  static final long MAX_BYTES = 256 * 1024;

  /** Answers that go to the driver together; 4 was best on the prototype's memory back-end. */
  private static final int PUBLISH_EVERY = 4;

  private static final int NONE = -1;

  private final BdevChannel channel;
  private final CacheMode cacheMode;
  private final QueueMemory ownMemory;
  private final BlkParser parser;
  private final RequestPool requests;
  private final int headMask;
  private final PollPacer pacer;
  private final Waiting waiting = new Waiting();

  // Of the lap.
  private boolean writeThrough;
  private long bytesAtOnce;
  private int taking = NONE; // the head that is neither consumed nor left
  private int usedWhenTaking;
  private long taken;
  private long failed;

  BlkQueue(
      QueueConfig config,
      Reactor reactor,
      BdevChannel channel,
      CacheMode cacheMode,
      QueueMemory ownMemory,
      PollPacer pacer) {
    super(config, reactor);
    this.channel = channel;
    this.cacheMode = cacheMode;
    this.ownMemory = ownMemory;
    this.pacer = pacer;
    parser =
        new BlkParser(
            config,
            ring,
            memory,
            ownMemory.header(),
            ownMemory.id(),
            channel.bdev().maxUnmapRanges());
    requests = new RequestPool(this, config.size(), ownMemory);
    headMask = config.size() - 1;
  }

  @Override
  public String name() {
    return "blk queue on " + channel.bdev().name();
  }

  @Override
  public int poll() {
    return ring.unpublished() == 0 && waiting.isEmpty() && !worthLooking() ? 0 : work();
  }

  private boolean worthLooking() {
    return pacer.due(reactor.nowNs()) && (notifier.pending() || (accepting() && !ring.empty()));
  }

  private int work() {
    long nowNs = reactor.nowNs();
    int done = waiting.isEmpty() ? 0 : waiting.resume(channel, this);
    int ended = ring.unpublished(); // requests that have ended since the last lap
    if (ended > 0) {
      publish(nowNs);
      done += ended;
    }
    if (accepting() && pacer.due(nowNs)) {
      done += serve(nowNs);
    }
    if (done == 0 || notifier.overdue(nowNs)) {
      notifier.settle(nowNs);
    }
    return done;
  }

  /** Takes what is available, within the lap's limits; how many. */
  private int serve(long nowNs) {
    int available = ring.available();
    if (available > ring.size()) {
      breakQueue(BreakReason.AVAIL_INDEX_TOO_FAR);
      return 0;
    }
    writeThrough = cacheMode.writeThrough(config); // behind the avail index, see CacheMode
    bytesAtOnce = 0;
    int limit = Math.min(available, reactor.requestsPerTurn());
    int count = 0;
    try {
      while (count < limit && bytesAtOnce < MAX_BYTES && take()) {
        count++;
      }
    } catch (InternalError e) {
      interrupted();
      throw e;
    }
    if (count > 0 && broken() == null) {
      ring.renewSuppression();
      pacer.took(count, nowNs);
      if (notifier.pending() || ring.unpublished() > 0) {
        publish(nowNs);
      }
    }
    return count;
  }

  /** Takes one head; false when it stays in the ring. */
  private boolean take() {
    int entry = ring.head();
    if (entry > headMask) {
      return refuse(BreakReason.HEAD_OUT_OF_RANGE);
    }
    int head = entry & headMask; // though it is below the limit: see FaultPoint
    if (requests.inUse(head)) {
      return refuse(BreakReason.HEAD_IN_FLIGHT);
    }
    BlkRequest request = requests.next();
    if (request == null) {
      return false;
    }
    request.head = head;
    taking = head;
    usedWhenTaking = ring.nextUsed();
    if (!parser.common(request, writeThrough)) {
      return takeAny(request);
    }
    FaultPoint.pass(); // before the channel, which may share its state with other guests
    return recorder == null ? took(request, channel.submit(request.io)) : recorded(request);
  }

  private boolean takeAny(BlkRequest request) {
    BreakReason reason = parser.any(request, writeThrough);
    bytesAtOnce += parser.costBytes();
    if (reason != null) {
      return refuse(reason);
    }
    FaultPoint.pass();
    if (request.decided()) {
      return took(request, request.verdict());
    }
    if (request.hasRange() && waiting.full()) {
      return false;
    }
    return recorder == null ? took(request, request.submit(channel)) : recorded(request);
  }

  private boolean recorded(BlkRequest request) {
    long begun = recorder.begin(request.io, reactor);
    int status = request.submit(channel);
    boolean taken = took(request, status);
    recorder.submitted(request.io, status, begun, reactor);
    return taken;
  }

  private boolean refuse(BreakReason reason) {
    breakQueue(reason);
    return false;
  }

  private boolean took(BlkRequest request, int status) {
    if (status >= 0) {
      answer(request, status);
      bytesAtOnce += request.io.lengthBytes();
      if (ring.unpublished() >= PUBLISH_EVERY) {
        ring.publish();
      }
    } else if (status == IoStatus.BUSY) {
      return false;
    } else {
      requests.take();
      request.epoch = inFlight.begin();
      request.takenNs = reactor.nowNs();
      if (status == BlkRequest.MORE) {
        waiting.add(request);
      }
    }
    ring.consume();
    taking = NONE;
    taken++;
    return true;
  }

  private void answer(BlkRequest request, int status) {
    Mem.putByte(request.statusHva, (byte) BlkStatus.of(status));
    if (status == IoStatus.OK) {
      ring.push(request.head, request.usedIfOk);
    } else {
      failed++;
      ring.push(request.head, request.usedIfFailed);
    }
  }

  /**
   * Memory was lost under {@link #serve}, maybe another guest's. A head that was answered or is in
   * flight must not be taken again.
   */
  private void interrupted() {
    if (taking != NONE && (requests.inUse(taking) || ring.nextUsed() != usedWhenTaking)) {
      ring.consume();
    }
    taking = NONE;
  }

  @Override
  public void complete(BdevIo io, int status) {
    BlkRequest request = requests.byTag(io.tag());
    if (status == IoStatus.OK && request.hasRange() && broken() == null) {
      waiting.add(request);
    } else {
      end(request, status);
    }
  }

  /** A request that was in flight has ended. */
  void end(BlkRequest request, int status) {
    try {
      if (broken() == null) {
        answer(request, status);
        if (recorder != null) {
          recorder.ended(request.io, reactor.nowNs() - request.takenNs);
        }
        FaultPoint.pass(); // before we return to the channel
      }
    } finally {
      forget(request); // last: it may set the memory free that the answer went to
    }
  }

  private void forget(BlkRequest request) {
    requests.give(request);
    inFlight.end(request.epoch);
  }

  @Override
  protected void dropWaiting() {
    while (!waiting.isEmpty()) {
      forget(waiting.remove());
    }
  }

  @Override
  public boolean ready() {
    return !waiting.isEmpty() || super.ready();
  }

  @Override
  public QueueCounters counters() {
    return new QueueCounters(taken, failed, notifier.signals());
  }

  /** Control thread, after the queue was drained. */
  void close() {
    ownMemory.close();
  }
}

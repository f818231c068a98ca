package io.vireo.bdev;

import io.vireo.reactor.Reactor;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Reactor thread only. One user's way to a bdev on one reactor.
 *
 * <p>{@link #submit} checks everything that can be wrong with a request, here and nowhere else, and
 * hands it to the module's {@link #start}. A module whose requests end later adds a {@link
 * io.vireo.reactor.Poller} of its own to the reactor (one for all its channels there) and calls
 * {@link #finish}; a module that answers at once needs none.
 */
public abstract class BdevChannel {
  private static final int RANGED = mask(IoType::ranged);
  private static final int MODIFYING = mask(IoType::modifies);
  private static final int WITH_DATA = mask(IoType::hasData);

  private final Bdev bdev;
  private final Reactor reactor;
  private final long blockMask;
  private final int supported;
  private final ChannelStats stats = new ChannelStats();
  private final ResetQueue resets = new ResetQueue();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  private LatencyRecorder recorder; // null: no histogram
  private int allowed; // a bit for each IoType that may pass
  private int inFlight;
  private boolean retired;
  private boolean finishingResets;

  /** Made in {@link Bdev#createChannel}. */
  protected BdevChannel(Bdev bdev, Reactor reactor) {
    this.bdev = bdev;
    this.reactor = reactor;
    blockMask = bdev.blockBytes() - 1L;
    supported = mask(bdev::supports);
    allowed = bdev.readOnly() ? supported & ~MODIFYING : supported;
  }

  private static int mask(Predicate<IoType> predicate) {
    int mask = 0;
    for (IoType type : IoType.values()) {
      if (predicate.test(type)) {
        mask |= type.bit();
      }
    }
    return mask;
  }

  /**
   * Submits a request. Memory behind a buffer that is gone (a guest's file was truncated) ends the
   * request with IO_ERROR like anything else; the reactor's listener is told of it.
   *
   * @return a final {@link IoStatus}, when the request has ended and the completion is not called;
   *     {@link IoStatus#PENDING}; or {@link IoStatus#BUSY}, when nothing of it was begun
   */
  public final int submit(BdevIo io) {
    int bit = io.type().bit();
    int refusal = (allowed & bit) == 0 ? refusal(bit) : range(io, bit);
    if (refusal != IoStatus.OK) {
      stats.failed(refusal);
      return refusal;
    }
    io.startNs = reactor.nowNs();
    int status = recorder == null ? guarded(io) : recorded(io);
    if (status == IoStatus.OK) {
      stats.succeeded(io.type(), io.lengthBytes(), 0);
    } else if (status == IoStatus.PENDING) {
      inFlight++;
      io.resetEpoch = resets.epoch();
    } else if (status != IoStatus.BUSY) {
      stats.failed(status);
    }
    return status;
  }

  private int recorded(BdevIo io) {
    long begun = recorder.begin(io, reactor);
    int status = guarded(io);
    recorder.submitted(io, status, begun, reactor);
    return status;
  }

  private int guarded(BdevIo io) {
    try {
      return begin(io);
    } catch (InternalError e) {
      return faulted(io, e);
    }
  }

  private int begin(BdevIo io) {
    IoType type = io.type();
    if (type == IoType.RESET) {
      return reset(io);
    }
    return io.lengthBytes() == 0 && type.ranged() ? IoStatus.OK : start(io);
  }

  /** The error may come late, when the request is already on its way. */
  private int faulted(BdevIo io, InternalError error) {
    reactor.post(
        () -> {
          throw error; // where the reactor takes note of it
        });
    return holds(io) ? IoStatus.PENDING : IoStatus.IO_ERROR;
  }

  private int refusal(int bit) {
    if (retired) {
      return IoStatus.NO_DEVICE;
    }
    return (supported & bit) == 0 ? IoStatus.UNSUPPORTED : IoStatus.READ_ONLY;
  }

  /** Offset and length come from a guest and may be any 64-bit number. */
  private int range(BdevIo io, int bit) {
    if ((RANGED & bit) == 0) {
      return IoStatus.OK;
    }
    if (io.rangeCount() > 1) {
      return ranges(io);
    }
    int refusal = range(io.offsetBytes(), io.lengthBytes());
    if (refusal != IoStatus.OK) {
      return refusal;
    }
    long length = io.lengthBytes();
    return (WITH_DATA & bit) != 0 && io.dataBytes() != length ? IoStatus.MISALIGNED : IoStatus.OK;
  }

  private int range(long offset, long length) {
    if (((offset | length) & blockMask) != 0) {
      return IoStatus.MISALIGNED;
    }
    return offset < 0 || length < 0 || offset > bdev.sizeBytes() - length
        ? IoStatus.OUT_OF_RANGE
        : IoStatus.OK;
  }

  private int ranges(BdevIo io) {
    if (io.type() != IoType.UNMAP || io.rangeCount() > bdev.maxUnmapRanges()) {
      return IoStatus.UNSUPPORTED;
    }
    for (int i = 0; i < io.rangeCount(); i++) {
      int refusal = range(io.rangeOffsetBytes(i), io.rangeBytes(i));
      if (refusal != IoStatus.OK) {
        return refusal;
      }
    }
    return IoStatus.OK;
  }

  private int reset(BdevIo io) {
    if (inFlight == 0) {
      return IoStatus.OK;
    }
    if (resets.add(io, inFlight)) {
      cancelInFlight();
    }
    return IoStatus.PENDING;
  }

  /**
   * Begins a request that has been checked. Never calls {@link #finish} itself.
   *
   * @return a final status, PENDING or BUSY
   */
  protected abstract int start(BdevIo io);

  /**
   * Whether {@link #start} has taken the request so that {@link #finish} will follow; asked when an
   * error came out of it instead of an answer.
   */
  protected boolean holds(BdevIo io) {
    return false;
  }

  /**
   * A reset wants the requests in flight to end soon: a module that can cancel does, and ends them
   * with {@link IoStatus#ABORTED}; one that cannot lets them run to their end.
   */
  protected void cancelInFlight() {}

  /**
   * Requests in flight are to run to their end, and all that come: a module that holds some back no
   * longer does. Never calls {@link #finish} itself. Again has no effect.
   */
  public void letGo() {}

  /** Gives back what the channel holds. Called once, when nothing is in flight any more. */
  protected void close() {}

  /** A pending request has ended. Called by the module, from its poller. */
  protected final void finish(BdevIo io, int status) {
    long latencyNs = reactor.nowNs() - io.startNs;
    if (status == IoStatus.OK) {
      stats.succeeded(io.type(), io.lengthBytes(), latencyNs);
    } else {
      stats.failed(status);
    }
    if (recorder != null) {
      recorder.ended(io, latencyNs);
    }
    if (--inFlight == 0 && retired) {
      reactor.post(this::closeNow); // not here: the module is in the middle of its poll
    }
    try {
      io.owner.complete(io, status);
    } finally {
      if (!resets.isEmpty()) {
        resetsAfter(io);
      }
    }
  }

  private void resetsAfter(BdevIo io) {
    resets.ended(io.resetEpoch);
    if (!finishingResets) {
      finishResets();
    }
  }

  /** A loop, not a recursion through finish: a guest can have any number of resets waiting. */
  private void finishResets() {
    finishingResets = true;
    try {
      for (BdevIo reset = resets.takeReady(); reset != null; reset = resets.takeReady()) {
        finish(reset, IoStatus.OK);
      }
    } finally {
      finishingResets = false;
      if (resets.hasReady()) {
        reactor.post(this::finishResets); // an owner threw: the others still get their answer
      }
    }
  }

  /** Refuses requests and closes when nothing is in flight. Again does what is left of that. */
  final void retire() {
    retired = true;
    allowed = 0;
    if (inFlight == 0) {
      closeNow();
    } else {
      letGo();
    }
  }

  private void closeNow() {
    if (closed.isDone()) {
      return;
    }
    try {
      close();
      closed.complete(null);
    } catch (RuntimeException | Error e) {
      closed.completeExceptionally(e); // the bdev is then never destroyed: a leak, not a wild write
    }
  }

  /** Counts latencies from now on, in place of the recorder there was; null for none. */
  final void recorder(LatencyRecorder next) {
    recorder = next;
  }

  /** Done when the channel is drained and closed. Any thread. */
  final CompletableFuture<Void> closed() {
    return closed;
  }

  /** Opened for reading only. */
  final void refuseChanges() {
    allowed &= ~MODIFYING;
  }

  public final Bdev bdev() {
    return bdev;
  }

  /** The reactor whose thread this channel belongs to. */
  public final Reactor reactor() {
    return reactor;
  }

  /** Requests that are pending. Any thread; others than the reactor's see it a little late. */
  public final int inFlight() {
    return inFlight;
  }

  /** What went through this channel. */
  public final ChannelStats stats() {
    return stats;
  }
}

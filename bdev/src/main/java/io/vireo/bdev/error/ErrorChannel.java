package io.vireo.bdev.error;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.WaitingList;
import io.vireo.bdev.filter.BaseChannel;
import io.vireo.bdev.filter.ForwardedIo;
import io.vireo.bdev.filter.HoldingChannel;
import io.vireo.linux.FaultPoint;
import io.vireo.reactor.Reactor;

/**
 * Reactor thread only. Does to requests what was injected. Pending ones wait here and not at the
 * base; a reset aborts them.
 */
final class ErrorChannel extends HoldingChannel {
  private final ErrorBdev disk;
  private final Injections injections;
  private final WaitingList<ForwardedIo> pending = new WaitingList<>();
  private boolean lettingGo; // nothing is held any more
  private final WaitingList<ForwardedIo> resumed = new WaitingList<>();
  private final CorruptedWrite corruptedWrite =
      new CorruptedWrite((io, status) -> corruptedWriteEnded(status));
  private final Injection[] corruptedReads = new Injection[MAX_IN_FLIGHT]; // by tag

  ErrorChannel(ErrorBdev bdev, Reactor reactor, BaseChannel below) {
    super(bdev, reactor, below);
    disk = bdev;
    injections = bdev.injections();
  }

  @Override
  protected int start(BdevIo io) {
    Injection injection = injections.of(io.type());
    return injection == null || !injection.isFor(io, inFlight())
        ? super.start(io)
        : startInjected(io, injection);
  }

  private int startInjected(BdevIo io, Injection injection) {
    ForwardedIo forwarded = prepare(io);
    if (forwarded == null) {
      return IoStatus.BUSY; // so that it is counted when it comes again
    }
    return switch (injection.type()) {
      case NOMEM -> injection.take() ? IoStatus.BUSY : super.start(io);
      case FAILURE, NVME_FAILURE -> injection.take() ? injection.status() : super.start(io);
      case PENDING -> !lettingGo && injection.take() ? hold(io, forwarded) : super.start(io);
      case CORRUPT_DATA -> corrupt(io, forwarded, injection);
    };
  }

  private int hold(BdevIo io, ForwardedIo forwarded) {
    take(io);
    pending.add(forwarded);
    return IoStatus.PENDING;
  }

  private int corrupt(BdevIo io, ForwardedIo forwarded, Injection injection) {
    if (io.type() == IoType.READ) {
      return injection.take() ? corruptRead(io, forwarded, injection) : super.start(io);
    }
    if (io.bufferCount() > CorruptedWrite.MAX_BUFFERS) {
      return super.start(io);
    }
    if (!corruptedWrite.isFree()) {
      return IoStatus.BUSY;
    }
    return injection.take() ? corruptWrite(io, forwarded, injection) : super.start(io);
  }

  private int corruptRead(BdevIo io, ForwardedIo forwarded, Injection injection) {
    int status = forward(forwarded);
    if (status == IoStatus.PENDING) {
      corruptedReads[forwarded.tag()] = injection;
      take(io);
    } else if (status == IoStatus.OK) {
      injection.corrupt(io);
    } else if (status == IoStatus.BUSY) {
      injection.giveBack();
    }
    return status;
  }

  private int corruptWrite(BdevIo io, ForwardedIo forwarded, Injection injection) {
    int status = forward(corruptedWrite.prepare(forwarded.io(), injection));
    if (status == IoStatus.PENDING) {
      corruptedWrite.take(forwarded);
      take(io);
    } else if (status == IoStatus.BUSY) {
      injection.giveBack();
    }
    return status;
  }

  private void corruptedWriteEnded(int status) {
    end(corruptedWrite.give(), status);
  }

  @Override
  protected void ended(ForwardedIo forwarded, int status) {
    Injection injection = corruptedReads[forwarded.tag()];
    if (injection == null) {
      end(forwarded, status);
      return;
    }
    corruptedReads[forwarded.tag()] = null;
    if (status == IoStatus.OK) {
      corruptRead(forwarded, injection);
    }
    end(forwarded, status);
  }

  private void corruptRead(ForwardedIo forwarded, Injection injection) {
    try {
      injection.corrupt(forwarded.above());
      FaultPoint.pass();
    } catch (InternalError e) {
      end(forwarded, IoStatus.IO_ERROR); // the guest's memory is gone
      throw e;
    }
  }

  /** Requests that are held back go on to the base, as if nothing had been injected. */
  void resume() {
    while (!pending.isEmpty()) {
      resumed.add(pending.take());
    }
    if (waiting()) {
      wake();
    }
  }

  @Override
  protected boolean waiting() {
    return !resumed.isEmpty();
  }

  @Override
  protected int work() {
    int done = 0;
    while (!resumed.isEmpty() && goOn(resumed.first())) {
      done++;
    }
    return done;
  }

  /** False when the base has no room. */
  private boolean goOn(ForwardedIo forwarded) {
    int status;
    try {
      status = forward(forwarded);
      FaultPoint.pass(); // the base may have copied
    } catch (InternalError e) {
      resumed.take();
      end(forwarded, IoStatus.IO_ERROR);
      throw e;
    }
    if (status == IoStatus.BUSY) {
      return false;
    }
    resumed.take();
    if (status != IoStatus.PENDING) {
      end(forwarded, status);
    }
    return true;
  }

  @Override
  protected void cancelInFlight() {
    abort(resumed);
    abort(pending);
    super.cancelInFlight();
  }

  private void abort(WaitingList<ForwardedIo> list) {
    while (!list.isEmpty()) {
      endLater(list.take(), IoStatus.ABORTED);
    }
  }

  @Override
  public void letGo() {
    lettingGo = true;
    resume();
    super.letGo();
  }

  @Override
  protected void close() {
    super.close();
    disk.closed(this);
    corruptedWrite.close();
  }
}

package io.vireo.bdev.nvme;

import io.vireo.bdev.IoStatus;
import io.vireo.nvme.CommandErrors.InjectedError;
import io.vireo.nvme.Thrown;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.TransportQueue;
import io.vireo.reactor.Reactor;

/**
 * Reactor thread only. Requests that the driver has done with and that are not over: those that
 * failed in a way that may pass, and those that take a second command.
 *
 * <p>A request is sent again at once, then after 1, 2, 4 ... ms and at most a second, or after the
 * time that the controller asks for, where that is longer, but not longer than ten seconds.
 */
final class Retries {
  private static final long MS = 1_000_000;
  private static final int MAX_DOUBLINGS = 10;
  private static final long MAX_ASKED_MS = 10_000; // CRDT can be 109 minutes

  private final DriveQueue queue;
  private final NvmeDrive drive;
  private final Reactor reactor;
  private final int most;
  private DriveIo waiting;

  Retries(DriveQueue queue, NvmeDrive drive, Reactor reactor) {
    this.queue = queue;
    this.drive = drive;
    this.reactor = reactor;
    this.most = drive.options().retryCount();
  }

  boolean isEmpty() {
    return waiting == null;
  }

  /** Takes a request that ended with that status, if it is not over; answers whether. */
  boolean take(DriveIo request, int status) {
    if (status == NvmeStatus.SUCCESS) {
      return request.hasSecondStep() && wait(request, 0);
    }
    boolean again =
        Statuses.worthAnotherTry(status)
            && !request.cancelled
            && !(NvmeStatus.typeAndCode(status) == NvmeStatus.ABORT_REQUESTED
                && queue.isLate(request))
            && (most < 0 || request.failures < most);
    return again && wait(request, delayNs(request, status));
  }

  private long delayNs(DriveIo request, int status) {
    int failures = request.failures++;
    long asked = Math.min(drive.identify().retryDelayMs(status), MAX_ASKED_MS) * MS;
    return failures == 0 ? asked : Math.max(asked, MS << Math.min(failures - 1, MAX_DOUBLINGS));
  }

  private boolean wait(DriveIo request, long delayNs) {
    request.dueNs = reactor.nowNs() + delayNs;
    keep(request);
    return true;
  }

  private void keep(DriveIo request) {
    request.next = waiting;
    waiting = request;
  }

  /**
   * Has a new request meet the error that an operator wants; answers whether it is kept here and
   * never seen by the controller.
   */
  boolean injected(DriveIo request) {
    InjectedError error = drive.errors().next(CommandType.IO, request.opcode());
    if (error == null) {
      return false;
    }
    request.injectedStatus = error.status();
    return !error.submitted() && wait(request, error.delayNs());
  }

  /**
   * Those whose time has come are sent; the others wait on. One whose memory has gone ends: tried
   * again, it would throw again.
   */
  int resume() {
    int done = 0;
    Throwable thrown = null;
    DriveIo due = takeAll();
    while (due != null) {
      DriveIo request = due;
      due = request.next;
      try {
        if (resume(request)) {
          done++;
        } else {
          keep(request);
        }
      } catch (RuntimeException | Error e) {
        thrown = endAfter(request, Thrown.first(thrown, e));
      }
    }
    Thrown.again(thrown);
    return done;
  }

  private DriveIo takeAll() {
    DriveIo all = waiting;
    waiting = null;
    return all;
  }

  private Throwable endAfter(DriveIo request, Throwable thrown) {
    try {
      if (!request.isOver()) {
        queue.end(request, IoStatus.IO_ERROR);
      }
      return thrown;
    } catch (RuntimeException | Error e) {
      return Thrown.first(thrown, e);
    }
  }

  /** Whether it does not wait any more. */
  private boolean resume(DriveIo request) {
    if (request.cancelled) {
      queue.end(request, IoStatus.ABORTED);
      return true;
    }
    if (request.dueNs - reactor.nowNs() > 0) {
      return false;
    }
    if (request.injectedStatus != DriveIo.NONE) {
      queue.completed(request, NvmeStatus.SUCCESS);
      return true;
    }
    int taken = queue.send(request);
    if (taken != TransportQueue.SUBMITTED && taken != TransportQueue.FULL) {
      queue.end(request, IoStatus.IO_ERROR);
    }
    return taken != TransportQueue.FULL;
  }

  /** Ends those whose disk was reset. */
  void endCancelled() {
    Throwable thrown = null;
    DriveIo left = takeAll();
    while (left != null) {
      DriveIo request = left;
      left = request.next;
      if (!request.cancelled) {
        keep(request);
        continue;
      }
      try {
        queue.end(request, IoStatus.ABORTED);
      } catch (RuntimeException | Error e) {
        thrown = Thrown.first(thrown, e);
      }
    }
    Thrown.again(thrown);
  }

  /** Ends all; an owner that throws keeps no other from being told. */
  void fail() {
    Throwable thrown = null;
    while (waiting != null) {
      DriveIo request = waiting;
      waiting = request.next;
      try {
        queue.end(request, IoStatus.IO_ERROR);
      } catch (RuntimeException | Error e) {
        thrown = Thrown.first(thrown, e);
      }
    }
    Thrown.again(thrown);
  }
}

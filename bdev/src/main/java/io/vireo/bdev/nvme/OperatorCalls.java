package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.nvme.NvmeException;
import io.vireo.nvme.PollClock;
import io.vireo.nvme.SentCommand;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/** What is done for others on threads of a drive: what fails there they are told in a sentence. */
final class OperatorCalls {
  private static final int MAX_NAPS = 200; // some 10 ms

  private final String name;
  private final PollClock clock;

  /**
   * @param name the drive's
   */
  OperatorCalls(String name, PollClock clock) {
    this.name = name;
    this.clock = clock;
  }

  /** Has something done there and waits for it. */
  <T> T call(DriveThread where, Supplier<T> what) {
    try {
      return where.call(what);
    } catch (NvmeException e) {
      throw new BdevException(Errno.EIO, "%s: %s".formatted(name, e.getMessage()));
    } catch (ErrnoException e) {
      throw new BdevException(e.errno(), "%s: %s".formatted(name, e.triedAndAdvice()));
    } catch (RejectedExecutionException e) {
      throw new BdevException(Errno.ENODEV, "controller %s has been removed".formatted(name));
    }
  }

  /** Waits for the end of a command; that thread only looks after it from time to time. */
  <T> T await(DriveThread where, SentCommand<T> sent) {
    for (int naps = 1; !call(where, sent::isOver); naps = Math.min(2 * naps, MAX_NAPS)) {
      for (int i = 0; i < naps; i++) {
        clock.pause();
      }
    }
    return call(where, sent::result);
  }

  /** As {@link #call}. */
  void run(DriveThread where, Runnable what) {
    call(
        where,
        () -> {
          what.run();
          return null;
        });
  }
}

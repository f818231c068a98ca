package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.nvme.NvmeException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/** What is done for others on threads of a drive: what fails there they are told in a sentence. */
final class OperatorCalls {
  private final String name;

  /**
   * @param name the drive's
   */
  OperatorCalls(String name) {
    this.name = name;
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

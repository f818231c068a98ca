package io.vireo.linux;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A directory that nobody else locks, for a look and a change that have to be one step. Whoever may
 * read the directory can lock it too, so it is not waited for without an end. One thread.
 */
public final class DirectoryLock implements AutoCloseable {
  /** How long it is waited for. */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(5);

  private final int fd;

  private DirectoryLock(int fd) {
    this.fd = fd;
  }

  /**
   * Locks it until this is closed, or the process ends.
   *
   * @throws ErrnoException when it cannot be opened; EBUSY when another has it for longer than
   *     {@code patience}, or the thread is interrupted
   */
  public static DirectoryLock take(Path directory, Duration patience) {
    int fd = Libc.open(directory.toString(), Libc.O_RDONLY, 0);
    try {
      long deadlineNs = System.nanoTime() + patience.toNanos();
      while (!Libc.tryLock(fd)) {
        if (System.nanoTime() - deadlineNs > 0 || !pause()) {
          throw new ErrnoException("flock", Errno.EBUSY, "of " + directory);
        }
      }
      return new DirectoryLock(fd);
    } catch (RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(PAUSE);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}

package io.vireo.daemon.config;

import io.vireo.linux.DirectoryLock;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.OfdLocks;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A file that one target keeps, as long as it lives. What is locked is a byte of the file's folder,
 * which its name tells: the file itself is another one after each save. So there is nothing to
 * remove, whatever ends the target.
 */
final class ConfigLock implements Closeable {
  private final int folder;

  private ConfigLock(int folder) {
    this.folder = folder;
  }

  /**
   * @param file absolute, and no symbolic link where it is there
   * @throws IOException with one sentence; also when another target keeps it, of this process or
   *     another
   */
  static ConfigLock take(Path file) throws IOException {
    // Only shared locks can be had of a folder: looking and locking is one step for all.
    try (DirectoryLock _ = DirectoryLock.take(file.getParent(), DirectoryLock.PATIENCE)) {
      return new ConfigLock(lock(file));
    } catch (ErrnoException e) {
      throw ConfigFile.failure(file, reason(file, e));
    }
  }

  private static int lock(Path file) throws IOException {
    int folder = Libc.open(file.getParent().toString(), Libc.O_RDONLY, 0);
    try {
      long place = place(file);
      if (OfdLocks.isLocked(folder, place)) {
        throw new IOException("%s is kept by another target".formatted(file));
      }
      OfdLocks.share(folder, place);
      return folder;
    } catch (IOException | RuntimeException e) {
      Libc.close(folder);
      throw e;
    }
  }

  /** A byte of the folder that is this name's alone: offsets have 63 bits. */
  private static long place(Path file) {
    byte[] name = file.getFileName().toString().getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(name).getLeastSignificantBits() >>> 1;
  }

  private static IOException reason(Path file, ErrnoException e) {
    return switch (e.errno()) {
      case Errno.ENOENT -> new NoSuchFileException(file.toString());
      case Errno.EACCES -> new AccessDeniedException(file.toString());
      case Errno.EBUSY -> new IOException("another program locks its folder", e);
      default -> new IOException(e.getMessage(), e);
    };
  }

  @Override
  public void close() {
    Libc.close(folder);
  }
}

package io.vireo.daemon.config;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is always whole: what is written lies on the disk under another name before it takes
 * the file's place, so that a crash at any moment leaves the old one or the new one. One thread at
 * a time.
 */
public final class ConfigFile {
  /** As many as Linux follows. */
  private static final int MAX_LINKS = 40;

  private final Path path;
  private final Path aside;

  /**
   * @param path a symbolic link stays one: what it points to is replaced, or made
   * @throws IOException with one sentence when nothing can be written there, also for what is no
   *     file: a rename would replace a device, for everybody on the machine
   */
  public ConfigFile(Path path) throws IOException {
    this.path = Files.exists(path) ? path.toRealPath() : missing(path.toAbsolutePath());
    if (isThere() && !Files.isRegularFile(this.path)) {
      throw new IOException("cannot write %s: it is no regular file".formatted(path));
    }
    this.aside = this.path.resolveSibling("." + this.path.getFileName() + ".new");
  }

  /** What is to be made; links may point to what is not there. */
  private static Path missing(Path path) throws IOException {
    Path end = path;
    for (int links = 0; Files.isSymbolicLink(end); links++) {
      if (links == MAX_LINKS) {
        throw new IOException("cannot write %s: too many symbolic links".formatted(path));
      }
      end = end.resolveSibling(Files.readSymbolicLink(end));
    }
    return end;
  }

  public Path path() {
    return path;
  }

  /**
   * Keeps it for this target until that is closed, or the process ends.
   *
   * @throws IOException with one sentence, also when another target keeps it
   */
  public Closeable keep() throws IOException {
    return ConfigLock.take(path);
  }

  /** What it holds; nothing while it is not there. */
  public byte[] read() throws IOException {
    return isThere() ? Files.readAllBytes(path) : new byte[0];
  }

  public boolean isThere() {
    return Files.exists(path);
  }

  /**
   * Tries whether it can be written, and leaves it as it is.
   *
   * @throws IOException with one sentence
   */
  public void requireWritable() throws IOException {
    try {
      writeAside(new byte[0]);
      Files.delete(aside);
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  /**
   * Replaces what it holds.
   *
   * @throws IOException with one sentence; the file is as it was then
   */
  public void write(byte[] content) throws IOException {
    try {
      writeAside(content);
      if (isThere()) {
        Files.setPosixFilePermissions(aside, Files.getPosixFilePermissions(path));
      }
      Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      sync(path.getParent());
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  private void writeAside(byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(aside); // it takes what may be the disk's last space
      throw e;
    }
  }

  /** A name is on the disk only with its folder. */
  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** One sentence of why a file of an operator's cannot be written. */
  public static IOException failure(Path file, IOException e) {
    String reason = e instanceof FileSystemException f ? reason(f) : e.getMessage();
    return new IOException("cannot write %s: %s".formatted(file, reason), e);
  }

  private static String reason(FileSystemException e) {
    return switch (e) {
      case NoSuchFileException _ -> "its folder is not there";
      case AccessDeniedException _ -> "permission denied";
      default -> e.getReason() == null ? e.toString() : e.getReason();
    };
  }
}

package io.vireo.linux.pci;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Attributes of sysfs: files of one line, and links. */
final class Sysfs {
  private Sysfs() {}

  /** A store to an attribute, which makes the kernel do something. */
  interface Store {
    void store(Path attribute, String value) throws IOException;
  }

  /** The store of the real sysfs: one write, of a file that is there. */
  static void store(Path attribute, String value) throws IOException {
    try {
      Files.writeString(attribute, value, StandardOpenOption.WRITE);
    } catch (AccessDeniedException e) {
      throw new IOException(attribute + " may not be written to: run as root", e);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) { // of the write, which does not tell of what
      throw new IOException("%s: %s".formatted(attribute, e.getMessage()), e);
    }
  }

  static String line(Path attribute) throws IOException {
    return Files.readString(attribute).strip();
  }

  /** A number, in the C language's forms. */
  static int number(Path attribute) throws IOException {
    return parse(attribute, line(attribute));
  }

  static int parse(Path attribute, String text) throws IOException {
    try {
      return Integer.decode(text);
    } catch (NumberFormatException e) {
      throw new IOException(attribute + " is \"" + text + "\", not a number", e);
    }
  }

  /** The name of what a link points to; none when there is no link. */
  static Optional<String> link(Path link) throws IOException {
    try {
      return Optional.of(Files.readSymbolicLink(link).getFileName().toString());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** What is in a directory, by name; nothing when it is not there. */
  static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }
}

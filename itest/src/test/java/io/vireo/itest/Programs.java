package io.vireo.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A folder with links to all programs of this machine but some. */
final class Programs implements AutoCloseable {
  private final Path folder;

  private Programs(Path folder) {
    this.folder = folder;
  }

  /** All but those whose names begin so, in a new folder. */
  static Programs allBut(String prefix, Path folder) throws IOException {
    Files.createDirectory(folder);
    for (String programs : new String[] {"/usr/bin", "/usr/sbin"}) {
      try (Stream<Path> all = Files.list(Path.of(programs))) {
        for (Path program :
            all.filter(p -> !p.getFileName().toString().startsWith(prefix)).toList()) {
          Path link = folder.resolve(program.getFileName());
          if (!Files.isSymbolicLink(link)) {
            Files.createSymbolicLink(link, program);
          }
        }
      }
    }
    return new Programs(folder);
  }

  /** What PATH is to be. */
  String path() {
    return folder.toString();
  }

  /** JUnit, which removes the folder, would warn of each link that leads out of it. */
  @Override
  public void close() throws IOException {
    try (Stream<Path> links = Files.list(folder)) {
      for (Path link : links.toList()) {
        Files.delete(link);
      }
    }
  }
}

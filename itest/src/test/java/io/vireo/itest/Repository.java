package io.vireo.itest;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the programs under test lie. */
final class Repository {
  static final Path ROOT = root();
  static final Path LAUNCHER = ROOT.resolve("vireo");

  private Repository() {}

  static String script(String name) {
    return ROOT.resolve("qemu-scripts").resolve(name).toString();
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(directory.resolve("vireo"))) {
      directory = directory.getParent();
      if (directory == null) {
        throw new AssertionError("no folder above this one has the vireo launcher");
      }
    }
    return directory;
  }
}

package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An installation of what the build delivers.
 *
 * @param launcher its {@code vireo}
 * @param cache what users' caches are, for it
 */
record Delivered(Path launcher, Path cache) {
  /** The one file that the build has left whose name begins and ends so. */
  static Path file(String prefix, String suffix) throws IOException {
    try (Stream<Path> all = Files.list(Repository.ROOT.resolve("daemon/target"))) {
      List<Path> found =
          all.filter(file -> file.getFileName().toString().startsWith(prefix))
              .filter(file -> file.toString().endsWith(suffix))
              .toList();
      assertThat(found).as("%s*%s, which mvn package makes", prefix, suffix).hasSize(1);
      return found.getFirst();
    }
  }

  static Path archive() throws IOException {
    return file("vireo-", ".tar.gz");
  }

  static Path debianPackage() throws IOException {
    return file("vireo_", "_amd64.deb");
  }

  /** Unpacks the archive into a folder with a space in its path, which all may read. */
  static Delivered unpack(Path directory) throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path folder = Files.createDirectory(directory.resolve("any place"));
    Child.run(0, "tar", "-C", folder.toString(), "-xzf", archive().toString());
    try (Stream<Path> unpacked = Files.list(folder)) {
      Path root = unpacked.toList().getFirst();
      assertThat(archive().getFileName()).hasToString(root.getFileName() + ".tar.gz");
      return new Delivered(root.resolve("bin/vireo"), directory.resolve("user's cache"));
    }
  }

  /** Where it was unpacked to. */
  Path root() {
    return launcher.getParent().getParent();
  }

  /** The names of what is in a folder of it, in order. */
  List<String> names(String folder) throws IOException {
    try (Stream<Path> all = Files.list(root().resolve(folder))) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Runs a command to its end, which is to have that status; what it said. */
  String run(int status, String... arguments) throws Exception {
    return Child.run(status, command(arguments), environment());
  }

  Child start(String... arguments) throws IOException {
    return new Child(command(arguments), environment());
  }

  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  private Map<String, String> environment() {
    return Map.of("XDG_CACHE_HOME", cache.toString());
  }
}

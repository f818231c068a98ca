package io.vireo.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A copy of what is needed to run, with the times that the files have.
 *
 * @param root its folder
 */
record Installation(Path root) {
  /** Where no user's cache can be. */
  static final Path NOWHERE = Path.of("/dev/null/cache");

  /** Makes one in a folder that is not there. */
  static Installation at(Path root) throws IOException {
    Files.createDirectory(root);
    Path target = Path.of("daemon", "target");
    Files.createDirectories(root.resolve(target).resolve("lib"));
    List<Path> files = new ArrayList<>();
    for (Path folder : new Path[] {target, target.resolve("lib")}) {
      try (Stream<Path> all = Files.list(Repository.ROOT.resolve(folder))) {
        all.filter(file -> file.toString().matches(".*(\\.jar|\\.built)")).forEach(files::add);
      }
    }
    files.add(Repository.ROOT.resolve("pom.xml"));
    files.add(Repository.LAUNCHER);
    files.add(Repository.ROOT.resolve("daemon/src/launcher/source-tree"));
    for (Path file : files) {
      Path copy = root.resolve(Repository.ROOT.relativize(file));
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
    }
    return new Installation(root);
  }

  /** Gives it copies of another one's caches. */
  Installation withCachesOf(Installation other) throws IOException {
    Files.createDirectory(caches());
    for (Path file : other.cacheFiles()) {
      Path copy = caches().resolve(file.getFileName());
      Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
    }
    return this;
  }

  /** Runs a command whose caches for users are nowhere; answers what it said. */
  String run(int status, String... arguments) throws Exception {
    return run(status, NOWHERE, arguments);
  }

  /** Runs a command to its end, which is to have that status. */
  String run(int status, Path cache, String... arguments) throws Exception {
    return run(status, environment(cache), arguments);
  }

  String run(int status, Map<String, String> environment, String... arguments) throws Exception {
    return Child.run(status, command(arguments), environment);
  }

  /** Starts a target whose sockets lie in {@code sockets}. */
  Child start(Path sockets, Path cache) throws Exception {
    return new Child(
        command("target", "-r", sockets + "/rpc", "-S", sockets.toString()), environment(cache));
  }

  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(root.resolve("vireo").toString()));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  private static Map<String, String> environment(Path cache) {
    return Map.of("XDG_CACHE_HOME", cache.toString());
  }

  /** The folder of its caches. */
  Path caches() {
    return root.resolve("daemon/target/aot");
  }

  List<Path> cacheFiles() throws IOException {
    return files(caches());
  }

  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }
}

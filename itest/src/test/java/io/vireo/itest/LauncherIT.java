package io.vireo.itest;

import static io.vireo.itest.Installation.NOWHERE;
import static io.vireo.itest.Installation.files;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Caches that make starts fast: who has them uses them, and whatever is wrong with them, a start is
 * as it would be without them.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LauncherIT {
  private Path temporary;
  private Installation built; // with its caches
  private int installations;

  @BeforeAll
  void prepare(@TempDir Path directory) throws Exception {
    temporary = directory;
    built = installation();
    built.run(0, "build");
  }

  private Installation installation() throws IOException {
    return Installation.at(temporary.resolve("vireo" + ++installations));
  }

  private Child start(Installation vireo) throws Exception {
    return start(vireo, NOWHERE);
  }

  private Child start(Installation vireo, Path cache) throws Exception {
    return vireo.start(Files.createTempDirectory(temporary, "run"), cache);
  }

  private static void awaitRuns(Child target) throws Exception {
    Await.until("it runs", () -> target.output().contains(" runs on CPUs "));
    assertThat(target.output().lines()).as("no other line").hasSize(1);
  }

  private static boolean uses(Child target, Path cache) throws IOException {
    Path maps = Path.of("/proc", Long.toString(target.handle().pid()), "maps");
    try (Stream<String> lines = Files.lines(maps)) {
      return lines.anyMatch(line -> line.endsWith(" " + cache));
    }
  }

  @Test
  void they_are_made_once_and_used() throws Exception {
    List<Path> made = built.cacheFiles();
    assertThat(made).hasSize(4).allMatch(file -> file.toFile().length() > 1 << 20);
    List<FileTime> times = new ArrayList<>();
    for (Path file : made) {
      times.add(Files.getLastModifiedTime(file));
    }
    assertThat(built.run(0, "build")).isEmpty();
    assertThat(built.cacheFiles()).isEqualTo(made);
    try (Child target = start(built)) {
      awaitRuns(target);
      assertThat(uses(target, made.getLast())).isTrue();
    }
    for (int i = 0; i < made.size(); i++) {
      assertThat(Files.getLastModifiedTime(made.get(i))).isEqualTo(times.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut off", "noise", "flipped", "another command's", "empty", "a folder"})
  void one_that_is_not_right_changes_nothing(String fault) throws Exception {
    Installation vireo = installation();
    Files.createDirectory(vireo.caches());
    List<Path> sound = built.cacheFiles();
    for (Path file : sound) {
      spoil(fault, file, sound, vireo.caches().resolve(file.getFileName()));
    }
    FileTime now = FileTime.from(Instant.now());
    try (Child target = start(vireo)) {
      awaitRuns(target);
    }
    if (fault.equals("empty")) {
      awaitNew(vireo.caches(), now);
    }
    assertThat(vireo.run(0, "rpc", "--help")).startsWith("Calls a method");
    assertThat(vireo.run(0, "perf", "--help")).startsWith("Puts load");
  }

  private static void spoil(String fault, Path file, List<Path> all, Path copy) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    switch (fault) {
      case "cut off" -> Files.write(copy, Arrays.copyOf(bytes, bytes.length / 2));
      case "noise" -> Files.write(copy, new byte[1 << 20]);
      case "flipped" -> {
        for (int i = 1 << 16; i < bytes.length; i += 1 << 16) {
          bytes[i] ^= 0x55;
        }
        Files.write(copy, bytes);
      }
      case "another command's" -> Files.copy(all.get((all.indexOf(file) + 1) % all.size()), copy);
      case "empty" -> Files.createFile(copy);
      case "a folder" -> Files.createDirectory(copy);
      default -> throw new IllegalArgumentException(fault);
    }
  }

  @Test
  void where_none_can_be_written_starts_are_as_ever() throws Exception {
    Installation vireo = installation();
    Files.createFile(vireo.caches());
    assertThat(vireo.run(0, "build")).isEmpty();
    try (Child target = start(vireo)) {
      awaitRuns(target);
    }
  }

  @Test
  void beside_jars_that_cannot_be_written_to_they_are_the_users_own() throws Exception {
    Installation vireo = installation();
    Files.createFile(vireo.caches());
    Path own = temporary.resolve("own cache");
    vireo.run(0, own, "build");
    List<Path> folders = files(own.resolve("vireo"));
    assertThat(folders).hasSize(1);
    List<Path> made = files(folders.getFirst());
    assertThat(made).hasSize(4);
    try (Child target = start(vireo, own)) {
      awaitRuns(target);
      assertThat(uses(target, made.getLast())).isTrue();
    }
  }

  @Test
  void after_an_upgrade_starts_do_without_until_the_first_has_left_new_ones() throws Exception {
    Installation vireo = installation().withCachesOf(built);
    Path old = vireo.cacheFiles().getLast();
    FileTime later = FileTime.from(Files.getLastModifiedTime(old).toInstant().plusMillis(1));
    Files.setLastModifiedTime(files(vireo.root().resolve("daemon/target/lib")).getFirst(), later);
    try (Child one = start(vireo);
        Child other = start(vireo)) {
      awaitRuns(one);
      awaitRuns(other);
      assertThat(uses(one, old)).isFalse();
      assertThat(uses(other, old)).isFalse();
    }
    awaitNew(vireo.caches(), later);
    try (Child target = start(vireo)) {
      awaitRuns(target);
      assertThat(uses(target, vireo.cacheFiles().getLast())).isTrue();
    }
  }

  @Test
  void two_jdks_in_turn_find_their_own_and_the_oldest_of_many_go() throws Exception {
    Installation vireo = installation().withCachesOf(built);
    List<Path> first = vireo.cacheFiles();
    Path other = temporary.resolve("other jdk");
    Files.createSymbolicLink(other, Path.of(vireo.run(0, "--print-java-home")));
    String name = first.getFirst().getFileName().toString();
    String jars = name.substring(name.lastIndexOf('-'));
    for (int i = 0; i < 20; i++) {
      Path old = Files.writeString(vireo.caches().resolve("target-jdk" + i + jars), "old");
      Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH.plusSeconds(i)));
    }
    Files.writeString(vireo.caches().resolve("target-jdk-jars.aot"), "of jars that are gone");

    build(vireo, other);
    List<Path> kept = vireo.cacheFiles();
    assertThat(kept).hasSize(16).containsAll(first);
    assertThat(kept.stream().filter(file -> file.toString().contains("-jdk")))
        .extracting(file -> file.getFileName().toString())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(12, 20).mapToObj(i -> "target-jdk" + i + jars).toList());

    Map<Path, FileTime> times = times(kept);
    vireo.run(0, "build");
    build(vireo, other);
    assertThat(times(vireo.cacheFiles())).isEqualTo(times);
  }

  private static void build(Installation vireo, Path jdk) throws Exception {
    Map<String, String> environment =
        Map.of("XDG_CACHE_HOME", NOWHERE.toString(), "JAVA_HOME", jdk.toString());
    vireo.run(0, environment, "build");
  }

  private static Map<Path, FileTime> times(List<Path> files) throws IOException {
    Map<Path, FileTime> times = new HashMap<>();
    for (Path file : files) {
      times.put(file, Files.getLastModifiedTime(file));
    }
    return times;
  }

  /** stat tells times with the decimal point of the user's locale. */
  @Test
  void users_who_write_commas_in_numbers_find_the_same_ones() throws Exception {
    Path programs = Files.createDirectory(temporary.resolve("programs"));
    Path stat = programs.resolve("stat");
    Files.writeString(
        stat,
        """
        #!/bin/bash
        [[ ${LC_ALL-} == C ]] && exec /usr/bin/stat "$@"
        /usr/bin/stat "$@" | sed 's/[.]/,08/'
        """);
    Files.setPosixFilePermissions(stat, PosixFilePermissions.fromString("rwxr-xr-x"));
    Map<String, String> environment =
        Map.of(
            "XDG_CACHE_HOME", NOWHERE.toString(), "PATH", programs + ":" + System.getenv("PATH"));
    List<Path> made = built.cacheFiles();
    assertThat(built.run(0, environment, "build")).isEmpty();
    assertThat(built.cacheFiles()).isEqualTo(made);
  }

  @Test
  void a_build_has_left_them() throws Exception {
    try (Stream<Path> all = Files.list(new Installation(Repository.ROOT).caches())) {
      assertThat(all.map(file -> file.getFileName().toString().split("-", 2)[0]))
          .contains("target", "rpc", "perf", "blk");
    }
  }

  /** Made beside, by nobody's child. */
  private static void awaitNew(Path caches, FileTime than) throws Exception {
    boolean made =
        Await.within(
            Duration.ofMinutes(2),
            () -> {
              List<Path> files = files(caches);
              return files.size() == 4
                  && Files.getLastModifiedTime(files.getLast()).compareTo(than) > 0;
            });
    assertThat(made).isTrue();
  }
}

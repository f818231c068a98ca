package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code mvn package} delivers runs wherever it is unpacked, and has no need of its sources.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveryIT {
  private Path temporary;
  private Delivered vireo;
  private Path root;

  @BeforeAll
  void unpack(@TempDir Path directory) throws Exception {
    temporary = directory;
    vireo = Delivered.unpack(directory);
    root = vireo.root();
  }

  @Test
  void it_runs_by_any_path() throws Exception {
    Path link = temporary.resolve("link");
    Files.createSymbolicLink(link, vireo.launcher());
    Path folder = Files.createDirectory(temporary.resolve("links")).resolve("bin");
    Files.createSymbolicLink(folder, root.resolve("bin"));
    String there = "cd '" + root + "/bin' && ";
    Map<String, String> nothing = Map.of();
    for (List<String> command :
        List.of(
            List.of(vireo.launcher().toString(), "--version"),
            List.of(link.toString(), "--version"),
            List.of(folder.resolve("vireo").toString(), "--version"),
            List.of("bash", "-c", "cd '" + folder + "' && ./vireo --version"),
            List.of("bash", "-c", there + "./vireo --version"),
            List.of("bash", "-c", there + "cd .. && bin/vireo --version"),
            List.of("bash", "-c", there + "PATH=$PWD:$PATH && cd / && vireo --version"))) {
      assertThat(Child.run(0, command, nothing)).matches("Vireo \\d+\\.\\d+\\.\\d+.*");
    }
  }

  /** Nobody owns it, and nobody has a home. */
  @Test
  void it_runs_as_a_user_who_can_write_nowhere() throws Exception {
    assumeThat(System.getProperty("user.name")).isEqualTo("root");
    String version =
        Child.run(
            0,
            "env",
            "-u",
            "HOME",
            "-u",
            "XDG_CACHE_HOME",
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            vireo.launcher().toString(),
            "--version");
    assertThat(version).matches("Vireo \\d+.*");
  }

  @Test
  void a_runtime_without_a_compiler_is_enough() throws Exception {
    Path jdk = Path.of(Child.run(0, Repository.LAUNCHER.toString(), "--print-java-home"));
    Path runtime = Files.createDirectory(temporary.resolve("a runtime"));
    Files.createFile(Files.createDirectory(runtime.resolve("lib")).resolve("modules"));
    Files.copy(jdk.resolve("release"), runtime.resolve("release"));
    Path java = Files.createDirectory(runtime.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/bash\necho this one\nexec '" + jdk + "/bin/java' \"$@\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Map<String, String> environment = Map.of("JAVA_HOME", runtime.toString());
    assertThat(Child.run(0, List.of(vireo.launcher().toString(), "--version"), environment))
        .startsWith("this one\nVireo ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"build", "demo", "jmh"})
  void what_needs_the_sources_says_so(String command) throws Exception {
    assertThat(vireo.run(1, command, "--help"))
        .isEqualTo(
            "vireo: %s is for Vireo's source tree; this is Vireo without its sources"
                .formatted(command));
    assertThat(vireo.run(0, "--help")).doesNotContain("vireo " + command).contains("vireo target");
    assertThat(Child.run(0, Repository.LAUNCHER.toString(), "--help")).contains("vireo " + command);
  }

  @Test
  void a_folder_that_no_class_path_can_hold_is_refused() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("a:b"));
    Files.createSymbolicLink(folder.resolve("lib"), root.resolve("lib"));
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Path copy = Files.copy(vireo.launcher(), bin.resolve("vireo"));
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(Child.run(1, copy.toString(), "--version"))
        .isEqualTo(
            "vireo: no class path can hold a folder with a colon in its name: " + folder + "/lib");
  }

  @Test
  void it_serves_a_disk_and_its_second_start_is_a_fast_one() throws Exception {
    Path sockets = Files.createDirectory(temporary.resolve("s"));
    String rpc = sockets.resolve("rpc").toString();
    try (Child target = start(sockets, rpc)) {
      call(rpc, "bdev_malloc_create --name M0 --num_blocks 8192 --block_size 512");
      call(rpc, "vhost_create_blk_controller --ctrlr c --dev_name M0");
      String disk = sockets.resolve("c").toString();
      assertThat(vireo.run(0, "perf", "--socket", disk, "-w", "verify", "-t", "0.2"))
          .contains(disk);
      Await.until("caches are made", () -> caches() == 4);
      end(target);
    }
    try (Child target = start(sockets, rpc)) {
      Path maps = Path.of("/proc", Long.toString(target.handle().pid()), "maps");
      assertThat(Files.readString(maps)).contains(vireo.cache() + "/vireo/");
      end(target);
    }
    assertThat(vireo.names("lib")).noneMatch(name -> name.contains("aot"));
  }

  private void call(String rpc, String call) throws Exception {
    List<String> words = new ArrayList<>(List.of("rpc", "-s", rpc));
    words.addAll(List.of(call.split(" ", -1)));
    vireo.run(0, words.toArray(String[]::new));
  }

  private Child start(Path sockets, String rpc) throws Exception {
    Child target = vireo.start("target", "-r", rpc, "-S", sockets.toString());
    Await.until("it runs", () -> target.output().contains(" runs on CPUs "));
    return target;
  }

  private static void end(Child target) throws InterruptedException {
    target.terminate();
    assertThat(target.status()).isZero();
  }

  private long caches() throws IOException {
    if (!Files.exists(vireo.cache())) {
      return 0;
    }
    try (Stream<Path> all = Files.find(vireo.cache(), 3, (file, what) -> what.isRegularFile())) {
      return all.filter(file -> file.toString().endsWith(".aot")).count();
    }
  }
}

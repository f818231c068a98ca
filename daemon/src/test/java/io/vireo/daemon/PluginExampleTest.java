package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.config.RemoteConfig;
import io.vireo.linux.Mem;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.blk.BlkStatus;
import io.vireo.virtio.driver.BlkDriver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * examples/my-bdev: a module outside of our tree, built against our jars and loaded from its own.
 */
@Timeout(60)
class PluginExampleTest {
  private static final Path SOURCES =
      Path.of("").toAbsolutePath().resolveSibling("examples/my-bdev/src");
  private static final int SECTORS = 64;

  @TempDir Path dir;

  private Path plugins() throws IOException {
    Path classes = Files.createDirectory(dir.resolve("classes"));
    Path folder = Files.createDirectory(dir.resolve("plugins"));
    try (Stream<Path> all = Files.walk(SOURCES)) {
      String[] files =
          all.filter(file -> file.toString().endsWith(".java"))
              .map(Path::toString)
              .toArray(String[]::new);
      assertThat(files).hasSize(2);
      String[] options = {"-Xlint:all", "-Werror", "-d", classes.toString()};
      String[] arguments = Stream.of(options, files).flatMap(Stream::of).toArray(String[]::new);
      assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments)).isZero();
    }
    try (JarOutputStream jar =
        new JarOutputStream(Files.newOutputStream(folder.resolve("offsets.jar")))) {
      add(jar, classes);
      add(jar, SOURCES);
    }
    return folder;
  }

  private static void add(JarOutputStream jar, Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.toString().endsWith(".java")) {
          jar.putNextEntry(new JarEntry(folder.relativize(file).toString()));
          Files.copy(file, jar);
        }
      }
    }
  }

  @Test
  void a_module_of_a_folder_is_like_any_other() throws IOException {
    Path plugins = plugins();
    StartOptions start = new StartOptions(null, false, false, plugins);
    Path sockets = Files.createDirectory(dir.resolve("sockets"));
    try (RunningTarget target = new RunningTarget(sockets, start)) {
      target.call("bdev_offsets_create", "name", "o0", "num_blocks", SECTORS);
      assertThat(target.call("bdev_get_bdevs", "name", "o0").get(0).path("product_name").asString())
          .isEqualTo("Offsets disk");
      assertThat(target.refusal("bdev_offsets_create", "name", "o1", "num_blocks", -1))
          .hasMessageContaining("num_blocks")
          .hasMessageContaining("-1");
      assertThat(target.refusal("bdev_offsets_create", "name", "o0", "num_blocks", 8))
          .hasMessage("File exists: bdev o0 exists already");
      target.call("vhost_create_blk_controller", "ctrlr", "vm1", "dev_name", "o0");
      assertThat(new String(new RemoteConfig(target.client).save(), StandardCharsets.UTF_8))
          .contains("bdev_offsets_create", "\"num_blocks\": " + SECTORS);
      read(sockets.resolve("vm1"));
      target.call("bdev_offsets_delete", "name", "o0"); // its guest may have gone or not
      assertThat(target.call("log_get_flags").has("bdev_offsets")).isTrue();
      assertThat(openFiles()).contains(plugins.resolve("offsets.jar"));
    }
    assertThat(openFiles()).doesNotContain(plugins.resolve("offsets.jar"));
  }

  @Test
  void what_is_found_in_a_folder_is_told() throws IOException {
    try (Plugins plugins = Plugins.in(plugins())) {
      assertThat(plugins.found()).isEqualTo("bdev module offsets");
    }
  }

  /** Of this process. */
  private static List<Path> openFiles() throws IOException {
    List<Path> open = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        if (Files.isSymbolicLink(descriptor)) {
          try {
            open.add(Files.readSymbolicLink(descriptor));
          } catch (NoSuchFileException _) {
            // That of the listing itself.
          }
        }
      }
    }
    return open;
  }

  /** As a guest does. */
  private static void read(Path socket) {
    int bytes = SECTORS * 512;
    try (VhostUserFrontend frontend = VhostUserFrontend.connect(socket, 10_000);
        FrontendMemory memory = FrontendMemory.of("plugin", 1 << 20)) {
      long features =
          frontend.negotiate(
              VirtioFeatures.VERSION_1 | VirtioFeatures.INDIRECT_DESC,
              ProtocolFeatures.MQ | ProtocolFeatures.REPLY_ACK);
      try (FrontendRing ring = new FrontendRing(memory, 0, 8, features)) {
        frontend.share(memory);
        frontend.start(ring, 0);
        BlkDriver driver = ring.blk(true);
        long gpa = memory.allocate(bytes, 4096);
        int tag = driver.read(0, gpa, bytes);
        if (driver.publish()) {
          ring.kick().signal();
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        int ended = driver.poll();
        while (ended < 0) {
          assertThat(System.nanoTime()).isLessThan(deadline);
          Thread.onSpinWait();
          ended = driver.poll();
        }
        assertThat(ended).isEqualTo(tag);
        assertThat(driver.status(tag)).isEqualTo(BlkStatus.OK);
        for (int at = 0; at < bytes; at += Long.BYTES) {
          assertThat(Mem.getLong(memory.hva(gpa) + at)).isEqualTo(at);
        }
        frontend.stop(0);
      }
    }
  }
}

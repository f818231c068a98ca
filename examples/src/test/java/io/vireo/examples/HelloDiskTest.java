package io.vireo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.Request;
import io.vireo.virtio.blk.BlkOptions;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** As its reader runs it: a process with two flags. */
@Timeout(60)
class HelloDiskTest {
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";
  private static final String OPENS = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";

  @TempDir Path dir;

  private Process start(String... flags) throws IOException {
    return startWith(System.getProperty("java.class.path"), flags);
  }

  private Process startWith(String classPath, String... flags) throws IOException {
    Files.write(dir.resolve("disk.img"), new byte[1 << 20]);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", classPath));
    command.addAll(List.of(HelloDisk.class.getName(), "disk.img", "hello"));
    return new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true).start();
  }

  @Test
  void it_serves_a_disk_until_enter() throws Exception {
    Process hello = start(NATIVE_ACCESS, OPENS, "--sun-misc-unsafe-memory-access=allow");
    try (BufferedReader said = hello.inputReader()) {
      List<String> lines = new ArrayList<>();
      String line = said.readLine();
      while (line != null && !line.startsWith("a guest may come")) {
        lines.add(line);
        line = said.readLine();
      }
      assertThat(line).as(String.join("\n", lines)).isNotNull();
      try (VhostUserFrontend frontend = VhostUserFrontend.connect(dir.resolve("hello"), 20_000)) {
        assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(BlkOptions.MAX_QUEUES);
      }
      hello.getOutputStream().close();
      assertThat(hello.waitFor()).isZero();
      assertThat(dir.resolve("hello")).doesNotExist();
    } finally {
      hello.destroyForcibly();
    }
  }

  @Test
  void it_runs_in_a_program_that_logs_by_something_else() throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(part -> !part.contains("logback"))
            .collect(Collectors.joining(File.pathSeparator));
    Process hello = startWith(classPath, NATIVE_ACCESS, OPENS);
    try {
      hello.getOutputStream().close(); // it ends at once
      String said = new String(hello.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said).contains("No SLF4J providers were found").contains("a guest may come to");
      assertThat(hello.waitFor()).as(said).isZero();
    } finally {
      hello.destroyForcibly();
    }
  }

  @Test
  void without_its_flags_it_says_which_in_one_sentence() throws Exception {
    assertThat(said(1))
        .isEqualTo("Vireo needs the JVM options %s and %s\n".formatted(NATIVE_ACCESS, OPENS));
    assertThat(said(1, NATIVE_ACCESS))
        .isEqualTo("Vireo needs the JVM option %s\n".formatted(OPENS));
    assertThat(said(1, OPENS))
        .isEqualTo("Vireo needs the JVM option %s\n".formatted(NATIVE_ACCESS));
  }

  private String said(int status, String... flags) throws Exception {
    Process hello = start(flags);
    try {
      String said = new String(hello.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(hello.waitFor()).as(said).isEqualTo(status);
      return said;
    } finally {
      hello.destroyForcibly();
    }
  }
}

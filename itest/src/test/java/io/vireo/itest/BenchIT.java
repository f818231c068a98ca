package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code qemu-scripts/bench}, as users run it, but in small: whether it measures, not what. */
@Timeout(120)
class BenchIT {
  private static final String ENDLESS =
      "--bdev null --depth 1 --workload randread --pairs 1000 --time 0.05";

  @TempDir Path scratch;

  private Child bench(String options) throws Exception {
    List<String> command = new ArrayList<>(List.of(Repository.script("bench")));
    command.addAll(List.of(options.split(" +", -1)));
    return new Child(command, Map.of("TMPDIR", scratch.toString()));
  }

  @Test
  void all_disks_are_measured_and_every_sample_is_in_the_document() throws Exception {
    Path document = scratch.resolve("document");
    String output =
        Child.run(
            0,
            "/bin/sh",
            "-c",
            "exec %s --json --pairs 1 --max-pairs 1 --time 0.05 --size 16 --depth 1,4 >%s"
                .formatted(Repository.script("bench"), document));
    assertThat(output)
        .containsPattern("(?s)=== null\n.*=== memory\n.*=== file\n.*A / fio +fio-fixed")
        .containsPattern("(?m)^randwrite +4 +(1 +0|0 +1) ");
    JsonNode result = JsonMapper.shared().readTree(document.toFile());
    assertThat(result.path("versions").stringValue()).contains("Vireo ", "QEMU ", "fio-");
    assertThat(result.path("bdevs").propertyNames()).containsExactly("null", "memory", "file");
    for (String bdev : result.path("bdevs").propertyNames()) {
      JsonNode cells = result.path("bdevs").path(bdev).path("cells");
      assertThat(cells).hasSize(4);
      for (JsonNode cell : cells) {
        assertThat(cell.path("samples")).hasSize(1);
        assertThat(cell.at("/all/ratio/median").doubleValue()).isPositive();
        assertThat(cell.at("/all/a").has("round_trips"))
            .isEqualTo(cell.path("depth").intValue() == 1);
        assertThat(cell.at("/all/references").propertyNames())
            .containsExactlyElementsOf(
                bdev.equals("file") ? List.of("fio", "fio-fixed") : List.of());
      }
    }
  }

  @Test
  void when_qemu_storage_daemon_dies_the_bench_says_so_and_leaves_nothing() throws Exception {
    try (Child bench = bench(ENDLESS)) {
      Await.until("samples are taken", () -> bench.output().contains("\nround 2: "));
      bench
          .handle()
          .children()
          .filter(child -> child.info().command().orElse("").endsWith("/qemu-storage-daemon"))
          .forEach(ProcessHandle::destroyForcibly);
      assertThat(bench.status()).isEqualTo(1);
      assertThat(bench.output())
          .contains("null.qemu: the back-end has closed the connection")
          .endsWith("bench: qemu-storage-daemon ended while it was measured");
    }
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void when_the_target_dies_the_bench_says_so_and_leaves_nothing() throws Exception {
    try (Child bench = bench(ENDLESS)) {
      Await.until("samples are taken", () -> bench.output().contains("\nround 2: "));
      ProcessHandle.of(Long.parseLong(Files.readString(only("target.pid")).strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
      assertThat(bench.status()).isEqualTo(1);
      assertThat(bench.output())
          .contains("null.vireo: the back-end has closed the connection")
          .contains("\nbench: the target ended while it was measured\n");
    }
    assertThat(scratch).isEmptyDirectory();
  }

  /** In the middle of fio's turn, which nobody but the generator knows of. */
  @Test
  void a_bench_that_is_told_to_end_ends_all_that_it_started_and_leaves_nothing() throws Exception {
    Path directory = Files.createDirectory(Repository.ROOT.resolve("itest/target/bench"));
    try (Child bench =
        bench(
            "--bdev memory,file --depth 1 --pairs 1 --time 1 --size 16 --directory " + directory)) {
      Await.until(
          "fio makes load",
          () ->
              arguments(bench.handle().descendants()).anyMatch("fio --ioengine=io_uring"::equals));
      List<ProcessHandle> started = bench.handle().descendants().toList();
      Path inMemory = fileInMemory(started);
      assertThat(inMemory).hasSize(16 << 20);
      assertThat(directory).isNotEmptyDirectory();
      bench.terminate();
      assertThat(bench.status()).isEqualTo(143);
      Await.until("all have ended", () -> started.stream().noneMatch(ProcessHandle::isAlive));
      assertThat(inMemory).doesNotExist();
    }
    assertThat(scratch).isEmptyDirectory();
    Files.delete(directory); // which is empty, too
  }

  /** The arguments of all that have been started, each as "program argument". */
  private static Stream<String> arguments(Stream<ProcessHandle> started) {
    return started
        .map(ProcessHandle::info)
        .flatMap(
            info ->
                Stream.of(info.arguments().orElse(new String[0]))
                    .map(
                        argument ->
                            Path.of(info.command().orElse("")).getFileName() + " " + argument));
  }

  /** The one that qemu-storage-daemon was told to serve. */
  private static Path fileInMemory(List<ProcessHandle> started) {
    return arguments(started.stream())
        .map(Pattern.compile("^qemu-storage-daemon .*filename=(/dev/shm/[^,]*)")::matcher)
        .filter(Matcher::find)
        .map(matcher -> Path.of(matcher.group(1)))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--bdev tape          | bench: --bdev is a list of null, memory and file, not tape",
        "--depth 1,,2         | bench: --depth is a list of whole numbers above 0, not 1,,2",
        "--workload verify"
            + " | bench: --workload is a list of read, write, rw and the same after rand, not verify",
        "--time soon          | bench: --time is a number of seconds, not soon",
        "--size 0             | bench: --size is a whole number of MiB above 0, not 0",
        "--pairs              | bench: --pairs needs a value (see --help)",
        "--fast               | bench: unknown option --fast (see --help)",
        "--directory DIR/none | bench: DIR/none is no directory",
        "--bdev file --directory /dev/shm"
            + " | bench: /dev/shm lies in memory, choose a directory on a disk by --directory",
      })
  void what_cannot_be_measured_is_told_in_one_line(String options, String line) throws Exception {
    try (Child bench = bench(options.replace("DIR", scratch.toString()))) {
      assertThat(bench.status()).isEqualTo(1);
      assertThat(bench.output()).endsWith(line.replace("DIR", scratch.toString()));
      assertThat(
              bench
                  .output()
                  .lines()
                  .filter(said -> said.startsWith("bench: ") && !said.contains("making")))
          .hasSize(1);
    }
    assertThat(scratch).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"qemu-storage-daemon", "fio", "jq"})
  void a_program_that_is_missing_is_named_with_the_command_that_gets_it(String missing)
      throws Exception {
    try (Programs others = Programs.allBut(missing, scratch.resolve("programs"))) {
      List<String> command = List.of(Repository.script("bench"), "--quick");
      assertThat(Child.run(1, command, Map.of("PATH", others.path())))
          .isEqualTo("bench: there is no %s; get it with: qemu-scripts/setup".formatted(missing));
    }
  }

  @Test
  void one_cpu_is_not_enough() throws Exception {
    assertThat(Child.run(1, "taskset", "-c", "0", Repository.script("bench"), "--quick"))
        .isEqualTo(
            "bench: it takes two CPUs, one for a target and one for the load, and there is 1");
  }

  @Test
  void more_memory_than_there_is_is_not_tried() throws Exception {
    assertThat(Child.run(1, Repository.script("bench"), "--size", "100000000"))
        .matches("bench: it takes 200001024 MiB of memory and \\d+ are free");
  }

  private Path only(String name) throws Exception {
    try (Stream<Path> files = Files.find(scratch, 2, (path, _) -> path.endsWith(name))) {
      return files.findFirst().orElseThrow();
    }
  }
}

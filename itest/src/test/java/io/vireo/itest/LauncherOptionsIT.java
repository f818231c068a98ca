package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which JVM options the launcher gives to a command. */
@Timeout(300)
class LauncherOptionsIT {
  @ParameterizedTest
  @CsvSource({
    "nvme perf --help, false",
    "perf --help,      false",
    "storm --help,     false",
    "blk --help,       false",
    "nvme list --help, true",
    "pci --help,       true",
    "rpc --help,       true",
  })
  void what_makes_load_is_compiled_in_full_and_the_rest_starts_fast(String command, boolean fast)
      throws Exception {
    List<String> line = new ArrayList<>(List.of(Repository.LAUNCHER.toString()));
    line.addAll(Arrays.asList(command.split(" ", -1)));
    String said = Child.run(0, line, Map.of("JDK_JAVA_OPTIONS", "-XX:+PrintCommandLineFlags"));
    assertThat(said).contains("-XX:+UseSerialGC");
    assertThat(said.contains("-XX:TieredStopAtLevel=1")).as(said).isEqualTo(fast);
  }

  @Test
  void where_too_few_files_may_be_opened_that_is_told() throws Exception {
    String launcher = Repository.LAUNCHER.toString();
    assertThat(limited(1, 63, launcher))
        .isEqualTo("vireo: this process may open 63 files, which is less than 64 (ulimit -n)");
    assertThat(limited(0, 64, launcher)).startsWith("Vireo ");
  }

  /** The JVM's next file would be its heap, which log lines would be written into. */
  @Test
  void a_target_whose_outputs_are_closed_serves_and_ends(@TempDir Path dir) throws Exception {
    String line =
        """
        "$0" target --idle adaptive -r "$1/rpc" -S "$1" >&- 2>&- &
        until [[ -S $1/rpc ]] || ! kill -0 $!; do sleep 0.05; done
        kill $!
        wait $!
        """;
    Child.run(0, "bash", "-c", line, Repository.LAUNCHER.toString(), dir.toString());
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void what_a_target_tells_of_thousands_of_disks_is_printed(@TempDir Path dir) throws Exception {
    String entry =
        "{'method':'bdev_null_create','params':{'name':'n%d','num_blocks':8,'block_size':512}}";
    String entries =
        IntStream.range(0, 10_000).mapToObj(entry::formatted).collect(Collectors.joining(","));
    String file = "{'subsystems':[{'subsystem':'bdev','config':[" + entries + "]}]}";
    Path config = Files.writeString(dir.resolve("disks.json"), file.replace('\'', '"'));
    try (LaunchedTarget target =
        new LaunchedTarget(dir, "--idle", "adaptive", "-c", config.toString())) {
      String socket = target.directory().resolve("rpc.sock").toString();
      String launcher = Repository.LAUNCHER.toString();
      String told = Child.run(0, launcher, "rpc", "-s", socket, "bdev_get_bdevs");
      assertThat(told.lines().filter(line -> line.contains("\"name\""))).hasSize(10_000);
    }
  }

  private static String limited(int expectedStatus, int files, String launcher) throws Exception {
    String line = "ulimit -n " + files + " && exec \"$0\" --version";
    return Child.run(expectedStatus, "bash", "-c", line, launcher);
  }
}

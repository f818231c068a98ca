package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
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
}

package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ReferenceTest {
  @TempDir Path dir;

  private static double iops(String command) throws IOException {
    PerfOptions cell = new PerfOptions(Workload.RANDWRITE, 0, 512, 4, 1);
    return new Reference("other", command).iops(cell, 50_000_000, 300_000_000);
  }

  @Test
  void it_is_told_the_load_and_tells_its_rate() throws Exception {
    assertThat(
            iops(
                "[ $WORKLOAD = randwrite ] && echo $DEPTH$BYTES.$WARMUP_MILLIS && exit $((MILLIS - 300))"))
        .isEqualTo(4512.50);
  }

  @Test
  void what_it_has_started_ends_with_it() throws Exception {
    Path pid = dir.resolve("pid");
    assertThat(iops("sleep 1000 & echo $! > %s; echo 5".formatted(pid))).isEqualTo(5);
    Path commandLine = Path.of("/proc", Files.readString(pid).strip(), "cmdline");
    while (runs(commandLine)) {
      Thread.onSpinWait();
    }
  }

  /** A zombie has no command line. */
  private static boolean runs(Path commandLine) throws IOException {
    try {
      return Files.readAllBytes(commandLine).length > 0;
    } catch (IOException e) { // it ended before, or meanwhile
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit 3           | other: it ended with status 3",
        "echo 1; false    | other: it ended with status 1",
        "true             | other: '' is no rate",
        "echo many        | other: 'many' is no rate",
        "echo 0           | other: '0' is no rate",
        "echo NaN         | other: 'NaN' is no rate",
        "echo -5          | other: '-5' is no rate",
        "echo Infinity    | other: 'Infinity' is no rate",
        "head -c 200000 /dev/zero | other: it prints more than 65536 bytes",
      })
  void one_that_tells_none_is_refused(String command, String sentence) {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> iops(command))
        .withMessage(sentence);
  }
}

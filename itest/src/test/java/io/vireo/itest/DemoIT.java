package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./vireo demo}, as users run it; and that it would tell them of disks that are no good. */
@Timeout(300)
class DemoIT {
  /** Disk, bdev and its kind, MiB written, MiB read, checks passed, checks, result. */
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^(vd\\w) +(\\w+ \\([\\w, ]+\\)) +([\\d.]+) +([\\d.]+) +(\\d+)/(\\d+)  (\\w+)$");

  @Test
  void the_demo_passes_and_its_table_tells_what_was_done() throws Exception {
    String output = Child.run(0, Repository.LAUNCHER.toString(), "demo");
    List<MatchResult> rows = ROW.matcher(output).results().toList();
    assertThat(rows).as(output).extracting(row -> row.group(1)).containsExactly("vda", "vdb");
    assertThat(rows)
        .extracting(row -> row.group(2))
        .containsExactly("Malloc0 (memory)", "File0 (file, io_uring)");
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(Double.parseDouble(row.group(3))).isGreaterThan(10);
              assertThat(Double.parseDouble(row.group(4))).isGreaterThan(10);
              assertThat(Integer.parseInt(row.group(5))).isGreaterThan(10);
              assertThat(row.group(5)).isEqualTo(row.group(6));
              assertThat(row.group(7)).isEqualTo("passed");
            });
    assertThat(output).doesNotContain("FAILED");
  }

  @Test
  void a_disk_that_takes_no_writes_fails_its_row_and_the_demo(@TempDir Path directory)
      throws Exception {
    String readOnlyFile =
        """
        case $* in
          *" vhost_create_blk_controller --ctrlr vhost.1 "*) set -- "$@" --readonly true ;;
        esac
        """;
    String output = demoWith(readOnlyFile, directory);
    assertThat(ROW.matcher(output).results().map(row -> row.group(1) + " " + row.group(7)))
        .as(output)
        .containsExactly("vda passed", "vdb FAILED");
    assertThat(output).contains("vdb  FAILED: make_file_system");
  }

  @Test
  void a_disk_that_cannot_be_made_ends_the_demo_with_the_targets_sentence(@TempDir Path directory)
      throws Exception {
    String brokenFile =
        """
        case $* in
          *" bdev_uring_create "*) truncate -s 1000 "$8" ;;
        esac
        """;
    String output = demoWith(brokenFile, directory);
    assertThat(output)
        .containsPattern(
            "vireo rpc: bdev_uring_create: .*: size 1000 of \\S+ is no multiple of the block size 512");
    assertThat(ROW.matcher(output).results()).isEmpty();
  }

  /** A demo that must fail, its launcher being one that first runs some lines of shell. */
  private static String demoWith(String lines, Path directory) throws Exception {
    Path launcher = directory.resolve("vireo");
    Files.writeString(
        launcher, "#!/bin/bash\n" + lines + "exec '" + Repository.LAUNCHER + "' \"$@\"\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    Map<String, String> environment = Map.of("VIREO", launcher.toString());
    return Child.run(1, List.of(Repository.script("demo")), environment);
  }
}

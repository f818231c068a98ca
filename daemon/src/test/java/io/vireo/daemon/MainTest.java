package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command line answers, without a process of its own. */
class MainTest {
  @TempDir Path dir;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void the_version_is_told() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).matches("Vireo \\d+\\.\\d+\\.\\d+.*\\R");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "target --help",
        "blk --help",
        "rpc --help",
        "top --help",
        "target -h",
        "perf --help",
        "storm --help",
        "pci --help",
        "pci status --help",
        "pci bind -h",
        "pci reset --help",
        "nvme --help",
        "nvme list --help",
        "nvme identify -h",
        "nvme perf --help",
        "hugepages --help"
      })
  void help_is_80_columns_wide_and_shows_no_default_that_is_not_filled_in(String arguments) {
    assertThat(run(arguments.split(" ", -1))).isZero();
    assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
    assertThat(out.toString()).contains("Usage: vireo").doesNotContain("$", "%", "null");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "target --foo;         vireo target: Unknown option: '--foo' (see vireo target --help)",
        "target x;             vireo target: Unmatched argument at index 1: 'x' (see vireo target --help)",
        "target --idle x;      vireo target: Invalid value for option '--idle': 'x' is neither poll nor adaptive (see vireo target --help)",
        "blk;                  vireo blk: Missing required option: '--blk-file=PATH' (see vireo blk --help)",
        "blk --blk-file=x;     vireo blk: Missing required argument (specify one of these): (--socket-path=PATH | --fd=N) (see vireo blk --help)",
        "blk --blk-file=x --fd=3 --socket-path=y; vireo blk: --socket-path=PATH, --fd=N are mutually exclusive (specify only one) (see vireo blk --help)",
        "blk --blk-file=x --fd=y; vireo blk: Invalid value for option '--fd': 'y' is no whole number, or too large (see vireo blk --help)",
        "blk --blk-file=x --fd=3 --foo; vireo blk: Unknown option: '--foo' (see vireo blk --help)",
        "blk --blk-file=x --fd=3 --idle=z; vireo blk: Invalid value for option '--idle': 'z' is neither poll nor adaptive (see vireo blk --help)",
        "blk --blk-file=x --fd=3 --block-size=0; vireo blk: block size 0 is not positive",
        "blk --blk-file=x --fd=3 --num-queues=257; vireo blk: number of queues 257 is not between 1 and 256",
        "blk --blk-file=x --fd=3 --queue-size=100; vireo blk: queue size 100 is not a power of two of at most 32768",
        "blk --blk-file=x --fd=3 --serial=aaaaaaaaaaaaaaaaaaaaa; vireo blk: serial aaaaaaaaaaaaaaaaaaaaa has 21 characters, more than 20",
        "blk --blk-file=x --fd=3 -m 0; vireo blk: CPU mask '0' names no CPU",
        "rpc;                  vireo rpc: Missing required parameter: 'METHOD' (see vireo rpc --help)",
        "nothing;              vireo: Unmatched argument at index 0: 'nothing' (see vireo --help)",
        "rpc -s DIR/none x;    vireo rpc: cannot connect to DIR/none: No such file or directory",
        "rpc -s DIR/none x y;  vireo rpc: 'y' is no parameter: they are given as --name value",
        "rpc - --x;            vireo rpc: calls from standard input take no parameters here",
        "rpc -t 0 x;           vireo rpc: --timeout 0 is not 0.001 to 1000000 seconds",
        "rpc -s= x;            vireo rpc: Invalid value for option '--socket': the path is empty (see vireo rpc --help)",
        "top -s DIR/none;      vireo top: cannot connect to DIR/none: No such file or directory",
        "top -s DIR/none -n 2; vireo top: cannot connect to DIR/none: No such file or directory",
        "top -s=;              vireo top: Invalid value for option '--socket': the path is empty (see vireo top --help)",
        "top --interval 0;     vireo top: --interval 0 is not 0.1 to 1000000 seconds",
        "top --interval -1;    vireo top: --interval -1 is not 0.1 to 1000000 seconds",
        "top --interval NaN;   vireo top: --interval NaN is not 0.1 to 1000000 seconds",
        "top --interval x;     vireo top: Invalid value for option '--interval': 'x' is no number of seconds (see vireo top --help)",
        "top --sort nonsense;  vireo top: Invalid value for option '--sort': 'nonsense' is none of iops, mibs, latency, p99, depth, name (see vireo top --help)",
        "top -n 0;             vireo top: -n 0 is not at least 1",
        "top -n 1 --once;      vireo top: -n=N, --once are mutually exclusive (specify only one) (see vireo top --help)",
        "top x;                vireo top: Unmatched argument at index 1: 'x' (see vireo top --help)",
        "perf --socket=;       vireo perf: Invalid value for option '--socket': the path is empty (see vireo perf --help)",
        "perf --probe -w read,; vireo perf: Invalid value for option '--workload' (NAME): 'read,' is no workload (see vireo perf --help)",
        "perf --socket x -q 1,;  vireo perf: Invalid value for option '--depth' (DEPTH): '1,' is no whole number, or too large (see vireo perf --help)",
        "perf --probe -t x;    vireo perf: Invalid value for option '--time': 'x' is no number of seconds (see vireo perf --help)",
        "perf --probe --gap;   vireo perf: --probe, --gap are mutually exclusive (specify only one) (see vireo perf --help)",
        "pci;                 vireo pci: Missing required subcommand (see vireo pci --help)",
        "pci bind;            vireo pci bind: Missing required parameter: 'BDF' (see vireo pci bind --help)",
        "pci bind x;          vireo pci bind: Invalid value for positional parameter at index 0..* (BDF): \"x\" is not a PCI address such as 0000:01:00.0 or 01:00.0 (see vireo pci bind --help)",
        "pci bind ff:1f.7;    vireo pci bind: there is no PCI function 0000:ff:1f.7",
        "pci reset ff:1f.7;   vireo pci reset: there is no PCI function 0000:ff:1f.7",
        "nvme;                vireo nvme: Missing required subcommand (see vireo nvme --help)",
        "nvme identify;       vireo nvme identify: Missing required parameter: 'BDF' (see vireo nvme identify --help)",
        "nvme identify ff:1f.7; vireo nvme identify: there is no PCI function 0000:ff:1f.7",
        "nvme perf ff:1f.7;   vireo nvme perf: there is no PCI function 0000:ff:1f.7",
        "nvme perf ff:1f.7 -w flush; vireo nvme perf: workload flush is not for a controller",
        "nvme perf ff:1f.7 -q 1,2; vireo nvme perf: several workloads or depths are for vireo perf --against",
        "nvme perf ff:1f.7 --interval 0; vireo nvme perf: --interval 0 is not 0.01 to 1000000 seconds",
        "nvme perf ff:1f.7 -M 5; vireo nvme perf: -M is for rw and randrw",
        "nvme perf ff:1f.7 -q 0; vireo nvme perf: depth 0 is not 1 to 1024",
        "nvme perf ff:1f.7 -c 0; vireo nvme perf: CPU mask '0' names no CPU",
        "pci status x;        vireo pci status: Unmatched argument at index 2: 'x' (see vireo pci status --help)",
        "hugepages -1;        vireo hugepages: -1 huge pages are not between 0 and 134217728",
        "hugepages x;         vireo hugepages: Invalid value for positional parameter at index 0 (N): 'x' is no whole number, or too large (see vireo hugepages --help)",
        "hugepages 99999999999999999999; vireo hugepages: Invalid value for positional parameter at index 0 (N): '99999999999999999999' is no whole number, or too large (see vireo hugepages --help)",
        "hugepages --node 77; vireo hugepages: there is no NUMA node 77",
        "target -m 0xg;        vireo target: CPU mask '0xg' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
      })
  void a_mistake_is_one_line_and_a_status(String arguments, String line) {
    int status = run(arguments.replace("DIR", dir.toString()).split(" +", -1));
    assertThat(status).isEqualTo(line.contains("--help") ? 2 : 1);
    assertThat(err).hasToString(line.replace("DIR", dir.toString()) + System.lineSeparator());
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blk --print-capabilities",
        "blk --print-capabilities --fd=3 --socket-path=x --blk-file=none",
        "blk --fd=x --no-such-option --print-capabilities y",
      })
  void what_a_disk_can_do_is_printed_whatever_else_is_asked_for(String arguments) {
    assertThat(run(BlkCommand.essence(arguments.split(" ", -1)))).isZero();
    assertThat(out)
        .hasToString(
            "{\"type\":\"block\",\"features\":[\"read-only\",\"blk-file\"]}"
                + System.lineSeparator());
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void a_result_is_printed_as_json() throws Exception {
    try (RunningTarget target = new RunningTarget(dir)) {
      assertThat(rpc("bdev_malloc_create --name 123 --num-blocks 8 --block-size=512")).isZero();
      assertThat(out).hasToString("\"123\"\n");
      out.getBuffer().setLength(0);
      assertThat(rpc("bdev_get_iostat --names 123 --per_channel")).isZero();
      assertThat(out.toString()).contains("  \"name\": \"123\",\n  \"channels\": []\n}\n");
      assertThat(target.call("bdev_get_bdevs")).hasSize(1);
    }
  }

  @Test
  void an_error_is_one_line_with_the_code() throws Exception {
    try (RunningTarget target = new RunningTarget(dir)) {
      assertThat(rpc("bdev_malloc_delete --name none")).isEqualTo(1);
      assertThat(err)
          .hasToString(
              "vireo rpc: bdev_malloc_delete: No such device: there is no bdev none (-19)\n");
      err.getBuffer().setLength(0);
      assertThat(rpc("no_such_method --name none")).isEqualTo(1);
      assertThat(err)
          .hasToString("vireo rpc: no_such_method: Method not found: no_such_method (-32601)\n");
      assertThat(out.toString()).isEmpty();
      assertThat(target.call("bdev_get_bdevs")).isEmpty();
    }
  }

  @Test
  void calls_from_standard_input_end_with_the_first_that_is_refused() throws Exception {
    InputStream before = System.in;
    try (RunningTarget target = new RunningTarget(dir)) {
      String calls =
          """
          bdev_null_create --name a  --num_blocks 8 --block_size 512

            bdev_null_create --name=b --num_blocks 8 --block_size 512
          bdev_null_delete --name none
          bdev_null_create --name c --num_blocks 8 --block_size 512""";
      System.setIn(new ByteArrayInputStream(calls.getBytes(StandardCharsets.UTF_8)));
      assertThat(rpc("-")).isEqualTo(1);
      assertThat(out).hasToString("\"a\"\n\"b\"\n");
      assertThat(err.toString()).startsWith("vireo rpc: bdev_null_delete: No such device");
      assertThat(target.call("bdev_get_bdevs")).hasSize(2);
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void words_of_calls_from_standard_input_may_be_quoted() throws Exception {
    InputStream before = System.in;
    try (RunningTarget target = new RunningTarget(dir)) {
      String calls =
          """
          bdev_null_create --name 'two words' --num_blocks 8 --block_size 512
          bdev_null_create --name b --num_blocks "8" --block_size '512""";
      System.setIn(new ByteArrayInputStream(calls.getBytes(StandardCharsets.UTF_8)));
      assertThat(rpc("-")).isEqualTo(1);
      assertThat(out).hasToString("\"two words\"\n");
      assertThat(err).hasToString("vireo rpc: line 2: the quote at column 57 does not end\n");
      assertThat(target.call("bdev_get_bdevs")).hasSize(1);
    } finally {
      System.setIn(before);
    }
  }

  private int rpc(String arguments) {
    return run(("rpc -s " + dir + "/rpc.sock " + arguments).split(" ", -1));
  }

  private int run(String... arguments) {
    CommandLine line = Main.commandLine(() -> {}, arguments);
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(arguments);
  }
}

package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Cpu;
import io.vireo.reactor.CpuMask;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Load on disks of a target in this process, by the command line's options. */
@Timeout(120)
class PerfCommandTest extends PerfTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "read",
        "write",
        "randread",
        "randwrite",
        "rw -M 30",
        "randrw",
        "verify",
        "flush",
        "unmap"
      })
  void every_workload_does_what_it_says(String workload) throws Exception {
    JsonNode result = result("--socket DIR/m --warmup 0 -t 0.2 -q 8 -w " + workload);
    long requests = result.path("requests").longValue();
    assertThat(requests).isPositive();
    JsonNode counters = counters();
    // Where others leave this one no time, there may be too few requests for both kinds.
    boolean mixed = workload.startsWith("rw") || workload.equals("randrw");
    while (mixed
        && counters.path("num_read_ops").longValue() * counters.path("num_write_ops").longValue()
            == 0) {
      out.getBuffer().setLength(0);
      result("--socket DIR/m --warmup 0 -t 0.2 -q 8 -w " + workload);
      counters = counters();
    }
    long reads = counters.path("num_read_ops").longValue();
    long writes = counters.path("num_write_ops").longValue();
    long unmaps = counters.path("num_unmap_ops").longValue();
    switch (workload) {
      case "read", "randread" -> {
        assertThat(reads).isGreaterThanOrEqualTo(requests);
        assertThat(writes + unmaps).isZero();
      }
      case "write", "randwrite" -> {
        assertThat(writes).isGreaterThanOrEqualTo(requests);
        assertThat(reads + unmaps).isZero();
      }
      case "rw -M 30", "randrw", "verify" -> {
        assertThat(reads).isPositive();
        assertThat(writes).isPositive();
      }
      case "unmap" -> {
        assertThat(unmaps).isGreaterThanOrEqualTo(requests);
        assertThat(reads + writes).isZero();
      }
      default -> assertThat(reads + writes + unmaps).isZero();
    }
  }

  private JsonNode counters() throws Exception {
    return target.call("bdev_get_iostat", "names", List.of("m")).path("bdevs").get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-o 512 -q 128", "-o 4096 -q 1", "-o 65536 -n 2", "-o 1048576 -q 2 -n 3"})
  void data_of_any_size_and_depth_are_read_as_they_were_written(String shape) throws Exception {
    JsonNode result = result("--socket DIR/m -w verify --warmup 0 -t 0.3 " + shape);
    assertThat(result.at("/latency_us/p50").doubleValue()).isPositive();
    assertThat(result.path("iops").doubleValue()).isPositive();
  }

  @Test
  void a_place_that_another_writer_changed_is_found() throws Exception {
    AtomicBoolean found = new AtomicBoolean();
    String load = "--socket DIR/m -o 65536 --warmup 0";
    CompletableFuture<Integer> other =
        CompletableFuture.supplyAsync(
            () -> {
              int status = 0;
              while (status == 0 && !found.get()) { // whichever of the two is slow to begin
                CommandLine line = new CommandLine(new PerfCommand());
                line.setOut(new PrintWriter(new StringWriter()));
                String options = load.replace("DIR", dir.toString()) + " -w randwrite -q 1 -t 0.5";
                status = line.execute(options.split(" ", -1));
              }
              return status;
            });
    int status = run(load + " -w verify -t 10");
    found.set(true);
    assertThat(status).isEqualTo(1);
    assertThat(err.toString()).containsPattern("byte \\d+ of the disk holds 0x");
    assertThat(other.join()).isZero();
  }

  @Test
  void a_table_and_a_line_for_each_second_are_printed() {
    assertThat(run("--socket DIR/m -t 1.2 --warmup 0")).isZero();
    assertThat(out.toString())
        .containsPattern("(?m)^ +1 s +\\d+ IOPS +[0-9.]+ MiB/s$")
        .containsPattern("(?m)^disk +IOPS +MiB/s +average +p50 +p90 +p99 +p99.9 +p99.99 +max$")
        .containsPattern("(?m)^.*/m +\\d+ ");
  }

  @Test
  void the_very_first_request_is_counted_when_another_disk_gets_the_warm_up() throws Exception {
    JsonNode result = result("--socket DIR/m --warm-on DIR/small -q 1 -t 0.2 --warmup 0.2");
    assertThat(iostat("m").path("num_read_ops").longValue())
        .isBetween(result.path("requests").longValue(), result.path("requests").longValue() + 1);
    assertThat(iostat("small").path("num_read_ops").longValue()).isPositive();
  }

  private JsonNode iostat(String bdev) throws Exception {
    return target.call("bdev_get_iostat", "names", List.of(bdev)).path("bdevs").get(0);
  }

  @Test
  void lines_come_as_often_as_asked_for() {
    assertThat(run("--socket DIR/m -t 0.5 --warmup 0 --interval 0.1")).isZero();
    assertThat(out.toString()).containsPattern("(?m)^ +0.10 s +\\d+ IOPS +[0-9.]+ MiB/s$");
  }

  @Test
  void two_disks_are_sampled_in_turn_with_each_load_and_all_samples_kept() throws Exception {
    JsonNode result =
        result(
            "--socket DIR/m --against DIR/small -t 0.1 --warmup 0.1 --pairs 1 --max-pairs 2 -q 4,16"
                + " -w randread,randwrite --reference half=echo\t$DEPTH");
    assertThat(result.path("a").stringValue()).isEqualTo(dir + "/m");
    assertThat(result.path("b").stringValue()).isEqualTo(dir + "/small");
    assertThat(result.path("cells"))
        .extracting(cell -> cell.path("workload").stringValue() + cell.path("depth").intValue())
        .containsExactly("randread4", "randread16", "randwrite4", "randwrite16");
    for (JsonNode cell : result.path("cells")) {
      assertThat(cell.path("pairs").intValue()).isBetween(1, 2);
      assertThat(cell.path("samples")).hasSize(cell.path("pairs").intValue());
      JsonNode sample = cell.path("samples").get(0);
      assertThat(sample.at("/a/requests").longValue()).isPositive();
      assertThat(sample.at("/b/requests").longValue()).isPositive();
      assertThat(sample.at("/a/round_trip_before_ns").doubleValue()).isPositive();
      assertThat(sample.at("/references_iops/half").intValue())
          .isEqualTo(cell.path("depth").intValue());
    }
    assertThat(err.toString()).containsPattern("(?m)^round 1: [0-4] of 4 pairs near, round trip ");
    JsonNode counters = counters();
    assertThat(counters.path("num_read_ops").longValue()).isPositive();
    assertThat(counters.path("num_write_ops").longValue()).isPositive();
  }

  @Test
  void json_goes_to_a_file_besides_the_table() throws Exception {
    assertThat(run("--socket DIR/m -t 0.1 --json=DIR/result")).as(err.toString()).isZero();
    assertThat(out.toString()).containsPattern("(?m)^.*/m +\\d+ ");
    assertThat(
            JsonMapper.shared().readTree(dir.resolve("result").toFile()).path("iops").doubleValue())
        .isPositive();
    out.getBuffer().setLength(0);
    assertThat(run("--socket DIR/m -t 0.01 --warmup 0 --json=/dev/full")).isEqualTo(1);
    assertThat(err.toString().strip())
        .isEqualTo("cannot write /dev/full (No space left on device)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "DIR/none/result;  cannot write DIR/none/result (No such file or directory)",
        "DIR;              cannot write DIR (Is a directory)",
        "'';               --json= names no file",
      })
  void a_file_that_cannot_be_written_is_told_before_there_is_load(String file, String line)
      throws Exception {
    assertThat(run("--socket DIR/m -t 0.1 --json=" + file)).isEqualTo(1);
    assertThat(err.toString().strip()).isEqualTo(line.replace("DIR", dir.toString()));
    assertThat(iostat("m").path("num_read_ops").longValue()).isZero();
  }

  @Test
  void the_generators_own_limit_is_told() {
    assertThat(result("--ceiling -t 0.1").path("iops").doubleValue()).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--socket DIR/none;              connect to DIR/none: No such file or directory (ENOENT)",
        "--socket DIR/ro -w randwrite;   DIR/ro: the disk is read-only and randwrite writes to it",
        "--socket DIR/ro -w randrw;      DIR/ro: the disk is read-only and randrw writes to it",
        "--socket DIR/small -q 17;       DIR/small: the disk of 65536 bytes has no room for 1 queues of 17 requests of 4096 bytes",
        "--socket DIR/small -o 512;      DIR/small: requests of 512 bytes are no multiple of the disk's block of 4096",
        "--socket DIR/m -n 257 -q 1;     DIR/m: the disk has 256 queues, not 257",
        "--socket DIR/m -q 1024;         DIR/m: 1024 requests of 4096 bytes need more than the 1024 descriptors of a ring",
        "--socket DIR/m -q 0;            depth 0 is not 1 to 1024",
        "--socket DIR/m -o 1000;         requests of 1000 bytes are no multiple of 512 up to 67108864",
        "--socket DIR/m -M 10;           -M is for rw and randrw",
        "--socket DIR/m -w rw -M 101;    101 of 100 requests cannot be reads",
        "--socket DIR/m -q 5000;         depth 5000 is not 1 to 1024",
        "--socket DIR/m -t 0;            -t 0 is not 0.001 to 1000000 seconds",
        "--socket DIR/m -t NaN;          -t NaN is not 0.001 to 1000000 seconds",
        "--socket DIR/m -t Infinity;     -t Infinity is not 0.001 to 1000000 seconds",
        "--socket DIR/m --warmup 1e300;  --warmup 1e300 is not 0 to 1000000 seconds",
        "--socket DIR/m --interval 0;    --interval 0 is not 0.01 to 1000000 seconds",
        "--ceiling -w verify;            ceiling: no data are kept that verify could read back",
        "--socket DIR/m --other-cpu 0;   --other-cpu is for --probe, --ceiling, --against and --beside",
        "--ceiling --warm-on DIR/m;      --warm-on is for one disk at --socket",
        "--socket DIR/m --warm-on DIR/none;   connect to DIR/none: No such file or directory (ENOENT)",
        "--socket DIR/m -q 1,2;          several workloads or depths are for vireo perf --against",
        "--socket DIR/m -w read,write;   several workloads or depths are for vireo perf --against",
        "--socket DIR/m --against DIR/small -q 1,1;            randread at depth 1 is asked for twice",
        "--socket DIR/m --against DIR/small -w read,verify;    verify knows what it wrote, not what others did",
        "--socket DIR/m --against DIR/small -q 1,17;           DIR/small: the disk of 65536 bytes has no room for 1 queues of 17 requests of 4096 bytes",
        "--socket DIR/m --against DIR/none;                    connect to DIR/none: No such file or directory (ENOENT)",
        "--socket DIR/m --against DIR/small --pairs 0;         0 pairs tell nothing",
        "--socket DIR/m --against DIR/small --max-pairs 2;     at most 2 pairs cannot hold 20 near ones",
        "--socket DIR/m --against DIR/small --max-pairs 1001;  1001 pairs are more than 1000",
        "--probe --against DIR/small;                          --against compares with the disk at --socket",
        "--probe --cpu 0 --other-cpu 0;  both sides cannot have CPU 0, it takes two",
      })
  void what_cannot_be_is_one_line_and_a_status(String options, String line) {
    assertThat(run(options)).isEqualTo(1);
    assertThat(err.toString().strip()).isEqualTo(line.replace("DIR", dir.toString()));
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--cpu 8191", "--other-cpu 8191", "--cpu -1", "--other-cpu -1"})
  void a_cpu_that_is_not_there_is_told_with_those_that_are(String option) {
    assertThat(run("--probe " + option)).isEqualTo(1);
    assertThat(err.toString().strip())
        .isEqualTo(
            option
                + " is none of the CPUs that this process may use: "
                + CpuMask.formatList(Cpu.allowed()));
  }

  @Test
  void a_target_that_ends_in_the_middle_ends_the_load() throws Exception {
    Thread end =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!out.toString().contains("IOPS")) {
                    Thread.onSpinWait();
                  }
                  try {
                    target.target.close();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    assertThat(run("--socket DIR/m -t 60")).isEqualTo(1);
    assertThat(err.toString()).contains(dir + "/m: the back-end has closed the connection");
    end.join();
  }

  @Test
  void the_distance_of_two_cpus_is_a_number() {
    assertThat(Cpu.allowed().cardinality()).as("CPUs").isGreaterThan(1);
    assertThat(run("--probe")).as(err.toString()).isZero();
    assertThat(Double.parseDouble(out.toString())).isBetween(1.0, 1e9);
  }
}

package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code vireo storm}: guests and calls that come, go, and leave nothing behind. */
@Timeout(120)
class StormCommandTest extends PerfTest {
  @ParameterizedTest
  @CsvSource({"8, 1", "3, 4", "9, 1", "500, 2"})
  void guests_come_share_much_memory_change_it_and_go(int regions, int queues) throws Exception {
    JsonNode result =
        result(
            new StormCommand(),
            "--socket DIR/m --gib 152 -t 0 --warmup 0 --regions %d -n %d"
                .formatted(regions, queues));
    assertThat(result.path("times").intValue()).isEqualTo(1);
    for (String part : new String[] {"connect_us", "share_us", "change_us"}) {
      assertThat(result.path(part).path("max").doubleValue()).as(part).isPositive();
    }
    awaitNoSession("m");
  }

  @Test
  void guests_come_and_go_beside_one_that_stays() throws Exception {
    Thread load = Thread.ofPlatform().start(() -> run("--socket DIR/m -w verify -t 1 --warmup 0"));
    int times = 0;
    do {
      out.getBuffer().setLength(0);
      assertThat(run(new StormCommand(), "--socket DIR/small --gib 1 -t 0.1 --warmup 0")).isZero();
      times++;
    } while (load.isAlive());
    load.join();
    assertThat(times).isPositive();
    assertThat(err.toString()).isEmpty();
    awaitNoSession("small");
  }

  @Test
  void disks_come_and_go_by_rpc() throws Exception {
    String before = target.state();
    JsonNode result = result(new StormCommand(), "--rpc DIR/rpc.sock -t 0.1 --warmup 0.01");
    assertThat(result.path("times").intValue()).isPositive();
    assertThat(result.at("/call_us/p50").doubleValue()).isPositive();
    assertThat(target.state()).isEqualTo(before);
  }

  @Test
  void the_warm_up_is_not_counted() throws Exception {
    List<Long> done = new ArrayList<>();
    Histogram part = Storm.histogram();
    Storm storm =
        new Storm() {
          @Override
          public void once() {
            done.add(System.nanoTime());
            part.recordValue(1);
          }

          @Override
          public Map<String, Histogram> parts() {
            return Map.of("part", part);
          }
        };
    Rage rage = Rage.of(storm, 1, 0);
    assertThat(rage.times()).isEqualTo(1);
    assertThat(part.getTotalCount()).isEqualTo(1);
    assertThat(done).hasSize(2);
    Rage.of(storm, 0, 0);
    assertThat(done).hasSize(3);
  }

  @Test
  void parts_are_lines_of_a_table() {
    assertThat(run(new StormCommand(), "--socket DIR/m --gib 1 --regions 2 -n 0 -t 0 --warmup 0"))
        .isZero();
    assertThat(out.toString())
        .startsWith("1 times in ")
        .containsPattern("(?m)^share +1 +[0-9.]+ ")
        .containsPattern("(?m)^change +1 +[0-9.]+ ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--socket DIR/none;                connect to DIR/none: No such file or directory (ENOENT)",
        "--rpc DIR/none;                   cannot connect to DIR/none: No such file or directory",
        "--socket DIR/m --gib 0;           0 GiB are not 1 to 65536",
        "--socket DIR/m --regions 1;       memory in 1 regions cannot change",
        "--socket DIR/m --gib 1 --regions 200000; regions of 4096 bytes have no room for 1 rings",
        "--socket DIR/m -n -1;             -1 queues are less than none",
        "--socket DIR/m -n 257;            DIR/m: the disk has 256 queues, not 257",
        "--socket DIR/m --regions 510;     DIR/m: the back-end takes 509 regions of memory, not 510",
        "--socket DIR/m --regions 1000000; DIR/m: the back-end takes 509 regions of memory, not 1000000",
        "--socket DIR/m --gib 40000 --regions 10; DIR/m: region 9 of 10, 4294967296000 bytes at 0x1f4000000000: ADD_MEM_REG",
        "--socket DIR/m -t -1;             -t -1 is not 0 to 1000000 seconds",
        "--socket DIR/m -t 1e300;          -t 1e300 is not 0 to 1000000 seconds",
        "--socket DIR/m --warmup NaN;      --warmup NaN is not 0 to 1000000 seconds",
        "--socket DIR/m --json=/nope/x;    cannot write /nope/x (No such file or directory)",
        "--rpc DIR/m;                      DIR/m does not answer JSON-RPC: it closed the connection",
        "--rpc DIR/rpc.sock --gib 152;     --gib: only for guests at --socket, --rpc has none",
        "--rpc DIR/rpc.sock -t 0 --queues 1 --regions 9; --regions, -n: only for guests at --socket, --rpc has none",
      })
  void what_cannot_be_is_one_line_and_a_status(String options, String line) {
    assertThat(run(new StormCommand(), options)).isEqualTo(1);
    assertThat(err.toString().strip())
        .startsWith(line.replace("DIR", dir.toString()))
        .doesNotContain("\n");
    assertThat(out.toString()).isEmpty();
  }
}

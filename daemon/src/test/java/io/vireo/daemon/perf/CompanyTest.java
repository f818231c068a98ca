package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;

/** {@code vireo perf --beside} and {@code --think}. */
@Timeout(120)
class CompanyTest extends PerfTest {
  @ParameterizedTest
  @CsvSource({
    "/a,       /a,     ,    ",
    "/a:0,     /a,     0,   ",
    "/a:128:4, /a,     128, 4",
    "/a:b:7,   /a:b,   7,   ",
    "/a:1:2:3, /a:1,   2,   3",
    "/a:12345, /a:12345, ,  "
  })
  void numbers_behind_a_socket_are_depth_and_queues(
      String text, String socket, Integer depth, Integer queues) throws Exception {
    assertThat(new Neighbour.Converter().convert(text))
        .isEqualTo(new Neighbour(Path.of(socket), depth, queues));
  }

  @Test
  void a_neighbour_without_a_name_is_none() {
    assertThatThrownBy(() -> new Neighbour.Converter().convert(""))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage("'' is not SOCKET[:DEPTH[:QUEUES]]");
  }

  @Test
  void a_disk_is_sampled_alone_and_beside_a_loaded_and_an_idle_one() {
    JsonNode result =
        result(
            "--socket DIR/m --beside DIR/small:2:1 --beside DIR/ro:0:4"
                + " --rounds 2 -q 4 -n 2 -t 0.1 --warmup 0");
    assertThat(result.path("rounds").intValue()).isEqualTo(2);
    assertThat(result.path("samples")).hasSize(2);
    assertThat(result.path("kept").doubleValue()).isPositive();
    assertThat(result.at("/alone/requests").longValue()).isPositive();
    assertThat(result.at("/beside/requests").longValue()).isPositive();
    assertThat(result.at("/beside/generator_lap_us").doubleValue()).isPositive();
    JsonNode loaded = result.path("neighbours").get(0);
    assertThat(loaded.path("socket").asString()).isEqualTo(dir + "/small");
    assertThat(loaded.path("requests").longValue()).isPositive();
    assertThat(loaded.at("/latency_us/p99").doubleValue()).isPositive();
    JsonNode idle = result.path("neighbours").get(1);
    assertThat(idle.path("depth").intValue()).isZero();
    assertThat(idle.path("queues").intValue()).isEqualTo(4);
    assertThat(idle.has("requests")).isFalse();
  }

  @Test
  void neighbours_are_in_the_table_and_gone_in_the_end() throws Exception {
    String line = "--socket DIR/m --beside DIR/small:1 --beside DIR/ro:0 --rounds 1 -t 0.1";
    assertThat(run(line)).as(err.toString()).isZero();
    assertThat(err.toString()).contains("beside").contains("round trips");
    assertThat(out.toString())
        .containsPattern("(?m)^.*/m alone +\\d+ ")
        .containsPattern("(?m)^.*/m beside +\\d+ ")
        .containsPattern("(?m)^.*/small +\\d+ ")
        .contains("1 idle neighbours");
    for (String disk : new String[] {"m", "small", "ro"}) {
      awaitNoSession(disk);
    }
  }

  @Test
  void a_neighbour_that_is_not_there_ends_the_load() throws Exception {
    String line = "--socket DIR/m --beside DIR/small:0 --beside DIR/none --rounds 1 -t 0.1";
    assertThat(run(line)).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo("connect to " + dir + "/none: No such file or directory (ENOENT)\n");
    assertThat(
            target
                .call("bdev_get_iostat", "names", List.of("m"))
                .at("/bdevs/0/num_read_ops")
                .longValue())
        .as("requests before it was found")
        .isZero();
    awaitNoSession("small");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--ceiling --beside DIR/m;                     --beside is for one load on the disk at --socket",
        "--socket DIR/m --beside DIR/small -q 1,2;     --beside is for one load on the disk at --socket",
        "--socket DIR/m --beside DIR/small --against DIR/small; --against and --beside are two questions",
        "--socket DIR/m --beside DIR/small --rounds 0; 0 rounds tell nothing",
        "--socket DIR/m --beside DIR/small:1025;       depth 1025 is not 0 to 1024",
        "--socket DIR/m --think 60000001;              a pause of 60000001 us is not 0 to 60000000"
      })
  void what_cannot_be_is_one_line_and_a_status(String options, String line) {
    assertThat(run(options + " -t 0.1 --warmup 0")).isEqualTo(1);
    assertThat(err.toString().strip()).isEqualTo(line);
  }

  @ParameterizedTest
  @CsvSource({"DIR/m:x, DIR/m:x, x", "DIR/m:-1, DIR/m:-1, -1", "DIR/m:x:1, DIR/m:x, x"})
  void what_is_no_depth_is_told(String neighbour, String socket, String depth) {
    assertThat(run("--socket DIR/m --beside " + neighbour)).isEqualTo(1);
    assertThat(err.toString())
        .startsWith(
            "--beside: there is no %s, and '%s' is no depth"
                .formatted(socket.replace("DIR", dir.toString()), depth));
  }

  @Test
  void a_sockets_name_may_hold_colons() throws Exception {
    target.call("vhost_create_blk_controller", "ctrlr", "a:b", "dev_name", "m");
    String line = "--socket DIR/small --beside DIR/a:b --rounds 1 -q 1 -t 0.01 --warmup 0";
    assertThat(run(line)).as(err.toString()).isZero();
    assertThat(out.toString()).containsPattern("(?m)^.*/a:b +\\d+ ");
  }

  /** Each slot makes one request, rests, and so on: the pause bounds the rate from above. */
  @ParameterizedTest
  @ValueSource(strings = {"randread", "verify"})
  void slots_rest_between_requests(String workload) {
    JsonNode result =
        result("--socket DIR/m --think 10000 -q 3 -n 2 -t 0.2 --warmup 0 -w " + workload);
    assertThat(result.path("requests").longValue()).isBetween(1L, 6 * 21L);
    assertThat(result.at("/latency_us/p50").doubleValue()).isPositive();
  }

  @Test
  void a_spinning_thread_tells_its_longest_gap() {
    JsonNode result = result("--gap -t 0.05");
    assertThat(result.path("longest_us").doubleValue()).isNotNegative();
    assertThat(run("--gap -t 0.01")).isZero();
    assertThat(out.toString()).containsPattern("longest gap [0-9.]+ us, \\d+ above 1 us");
  }
}

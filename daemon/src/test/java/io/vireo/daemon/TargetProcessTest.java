package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.linux.Cpu;
import io.vireo.reactor.CpuMask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TargetProcessTest {
  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void a_signal_ends_it_cleanly_with_status_0(String signal) throws Exception {
    try (TargetProcess target = new TargetProcess(dir)) {
      try (JsonRpcClient client = target.connect()) {
        makeDisk(client);
        assertThat(dir.resolve("vhost.0")).exists();
        target.signal(signal);
        assertThat(target.status()).isZero();
      }
      assertThat(dir.toFile().list()).singleElement().asString().endsWith(".log");
      assertThat(target.log().lines())
          .allMatch(line -> line.matches("[0-9-]+ [0-9:.]+ INFO  \\w+: .*"))
          .anyMatch(
              line -> line.matches(".* runs on CPUs \\[.*JSON-RPC at " + dir + "/rpc.sock.*"));
    }
  }

  @Test
  void what_a_killed_target_leaves_is_replaced_and_a_living_one_is_not() throws Exception {
    try (TargetProcess killed = new TargetProcess(dir)) {
      try (JsonRpcClient client = killed.connect()) {
        makeDisk(client);
      }
      killed.signal("KILL");
      assertThat(killed.status()).isEqualTo(128 + 9);
    }
    assertThat(dir.resolve("rpc.sock")).exists();
    assertThat(dir.resolve("rpc.sock.lock")).exists();
    assertThat(dir.resolve("vhost.0")).exists();
    try (TargetProcess next = new TargetProcess(dir);
        JsonRpcClient client = next.connect()) {
      makeDisk(client);
      Path neverRead = dir.resolve("its own controllers");
      try (TargetProcess second = new TargetProcess(dir, "-c", neverRead.toString())) {
        assertThat(second.status()).isEqualTo(1);
        assertThat(second.log())
            .isEqualTo(
                "vireo target: another program uses socket %s/rpc.sock: it holds the lock of %s/rpc.sock.lock\n"
                    .formatted(dir, dir));
      }
      assertThat(client.call("vhost_get_controllers", null)).hasSize(1);
    }
  }

  @Test
  void a_file_that_a_target_keeps_is_free_when_that_is_killed() throws Exception {
    Path file = Files.createDirectory(dir.resolve("kept")).resolve("disks.json");
    String[] keeping = {"--autosave", "--config", file.toString()};
    try (TargetProcess killed = new TargetProcess(dir, keeping);
        JsonRpcClient client = killed.connect()) {
      makeDisk(client);
      try (TargetProcess second =
          new TargetProcess(Files.createDirectory(dir.resolve("second")), keeping)) {
        assertThat(second.status()).isEqualTo(1);
        assertThat(second.log())
            .isEqualTo("vireo target: " + file + " is kept by another target\n");
      }
      killed.signal("KILL");
      assertThat(killed.status()).isEqualTo(128 + 9);
    }
    assertThat(file.getParent().toFile().list()).containsExactly("disks.json");
    try (TargetProcess next = new TargetProcess(dir, keeping);
        JsonRpcClient client = next.connect()) {
      assertThat(client.call("vhost_get_controllers", null)).hasSize(1);
    }
  }

  @Test
  void a_cpu_that_does_not_exist_is_one_line_and_status_1() throws Exception {
    try (TargetProcess target = new TargetProcess(dir, "-m", "[1023]")) {
      assertThat(target.status()).isEqualTo(1);
      assertThat(target.log())
          .matches("vireo target: CPU 1023 does not exist or is not allowed here; allowed .*\n");
    }
  }

  @Test
  void who_wants_no_times_in_its_lines_has_none_until_he_wants_them_again() throws Exception {
    try (TargetProcess target = new TargetProcess(dir);
        JsonRpcClient client = target.connect()) {
      client.call("log_enable_timestamps", Map.of("enabled", false));
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> client.call("bdev_null_delete", Map.of("name", "a")));
      client.call("log_enable_timestamps", Map.of("enabled", true));
      target.signal("TERM");
      assertThat(target.status()).isZero();
      assertThat(target.log().lines())
          .anyMatch(line -> line.matches("INFO  \\w+: bdev_null_delete refused .*"))
          .anyMatch(line -> line.matches("[0-9-]+ [0-9:.]+ INFO  Target: Vireo ends"));
    }
  }

  @Test
  void one_that_cannot_start_leaves_nothing() throws Exception {
    Path none = dir.resolve("none");
    try (TargetProcess target = new TargetProcess(dir, "-c", none.toString())) {
      assertThat(target.status()).isEqualTo(1);
      assertThat(target.log()).contains("cannot read " + none);
    }
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void its_warm_up_is_no_bdev_no_controller_and_no_line() throws Exception {
    try (TargetProcess target = new TargetProcess(dir);
        JsonRpcClient client = target.connect()) {
      assertThat(client.call("bdev_get_bdevs", null)).isEmpty();
      assertThat(client.call("vhost_get_controllers", null)).isEmpty();
      target.signal("TERM");
      assertThat(target.status()).isZero();
      assertThat(target.log().lines()).hasSize(2); // that it runs, that it ends
    }
  }

  @Test
  void all_threads_but_reactors_stay_off_their_cpus_where_there_are_others() throws Exception {
    BitSet allowed = Cpu.allowed();
    assumeThat(allowed.cardinality()).isGreaterThan(1);
    BitSet first = CpuMask.parse("[" + allowed.nextSetBit(0) + "]");
    BitSet others = (BitSet) allowed.clone();
    others.andNot(first);
    assertThat(cpusOfThreads(first)).containsOnlyKeys(first, others).containsEntry(first, 1L);
  }

  @Test
  void all_threads_but_reactors_run_anywhere_where_all_cpus_have_reactors() throws Exception {
    BitSet allowed = Cpu.allowed();
    assumeThat(allowed.cardinality()).isGreaterThan(1);
    Map<BitSet, Long> expected = new HashMap<>();
    allowed.stream().forEach(cpu -> expected.put(CpuMask.parse("[" + cpu + "]"), 1L));
    Map<BitSet, Long> actual = cpusOfThreads(allowed);
    expected.put(allowed, actual.get(allowed));
    assertThat(actual).isEqualTo(expected);
  }

  /** How many threads may run on which CPUs, the one of a connection among them. */
  private Map<BitSet, Long> cpusOfThreads(BitSet reactors) throws Exception {
    try (TargetProcess target = new TargetProcess(dir, "-m", CpuMask.format(reactors));
        JsonRpcClient before = target.connect()) {
      assertThat(before.call("bdev_get_bdevs", null)).isEmpty();
      try (JsonRpcClient later = target.connect()) {
        assertThat(later.call("bdev_get_bdevs", null)).isEmpty();
        return target.cpusOfThreads();
      }
    }
  }

  private static void makeDisk(JsonRpcClient client) throws Exception {
    client.call("bdev_malloc_create", Map.of("name", "m", "num_blocks", 8, "block_size", 512));
    client.call("vhost_create_blk_controller", Map.of("ctrlr", "vhost.0", "dev_name", "m"));
  }
}

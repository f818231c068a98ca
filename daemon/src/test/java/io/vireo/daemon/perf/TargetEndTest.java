package io.vireo.daemon.perf;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A target ends soon, though requests are in flight that bdevs hold back. */
@Timeout(120)
class TargetEndTest extends PerfTest {
  private static final long YEAR_US = 365L * 24 * 3600 * 1_000_000;

  @BeforeEach
  void makeBase() throws Exception {
    target.call("bdev_malloc_create", "name", "base", "num_blocks", 64, "block_size", 512);
  }

  /** Ends the target while as much load runs as is held back. */
  private void end(String bdev) throws Exception {
    target.call("vhost_create_blk_controller", "ctrlr", "held", "dev_name", bdev);
    CompletableFuture<Integer> load =
        CompletableFuture.supplyAsync(() -> run("--socket DIR/held -q 8 -t 60 --warmup 0"));
    while (inFlight() < 8) {
      Thread.onSpinWait();
    }
    target.target.close();
    load.join();
  }

  private int inFlight() throws Exception {
    return target
        .call("vhost_get_controllers", "name", "held")
        .at("/0/sessions/0/inflight_task_cnt")
        .asInt(0); // none is connected yet
  }

  @ParameterizedTest
  @ValueSource(longs = {60_000_000, YEAR_US})
  void in_a_delay(long us) throws Exception {
    target.call(
        "bdev_delay_create",
        "base_bdev_name",
        "base",
        "name",
        "d",
        "avg_read_latency",
        us,
        "p99_read_latency",
        us,
        "avg_write_latency",
        us,
        "p99_write_latency",
        us);
    end("d");
  }

  @Test
  void in_an_injected_error() throws Exception {
    target.call("bdev_error_create", "base_name", "base");
    target.call(
        "bdev_error_inject_error",
        "name",
        "EE_base",
        "io_type",
        "all",
        "error_type",
        "pending",
        "num",
        1_000_000);
    end("EE_base");
  }
}

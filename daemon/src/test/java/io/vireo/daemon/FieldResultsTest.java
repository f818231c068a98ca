package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Cpu;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Rules 9, 12 and 13 of the field's wire: sizes, results and CPU masks. */
class FieldResultsTest extends TargetFixture {
  private long blocks(String name) throws IOException {
    return target.call("bdev_get_bdevs", "name", name).get(0).path("num_blocks").longValue();
  }

  @Nested
  @DisplayName("9: clients reckon sizes: a disk is made of blocks, whatever MiB its user asked for")
  class Rule9Sizes {
    @Test
    void memory_and_null_disks_have_as_many_blocks_as_are_sent() throws IOException {
      Object[] size = {"name", "x", "num_blocks", 131_072, "block_size", 512};
      target.call("bdev_malloc_create", size);
      assertThat(blocks("x")).isEqualTo(131_072);
      target.call("bdev_malloc_delete", "name", "x");
      target.call("bdev_null_create", size);
      assertThat(blocks("x")).isEqualTo(131_072);
    }

    @Test
    void where_a_method_takes_mib_they_are_multiplied_here() throws IOException {
      target.call("bdev_null_create", "name", "n", "num_blocks", 2048, "block_size", 4096);
      target.call("bdev_null_resize", "name", "n", "new_size", 64);
      assertThat(blocks("n")).isEqualTo(64 * 256);
      target.call("bdev_split_create", "base_bdev", "n", "split_count", 2, "split_size_mb", 16);
      assertThat(blocks("np1")).isEqualTo(16 * 256);
    }
  }

  @Nested
  @DisplayName("12: who makes something is answered its name or names, all others true")
  class Rule12Results {
    private void assertResult(String json, String method, Object... params) throws IOException {
      assertThat(target.call(method, params)).as(method).hasToString(json);
    }

    @Test
    void the_name_of_a_disk_that_was_made() throws IOException {
      String file = Files.write(dir.resolve("disk.img"), new byte[1 << 20]).toString();
      assertResult("\"m\"", "bdev_malloc_create", "name", "m", "num_blocks", 64, "block_size", 512);
      assertResult("\"n\"", "bdev_null_create", "name", "n", "num_blocks", 8, "block_size", 512);
      assertResult("\"u\"", "bdev_uring_create", "name", "u", "filename", file);
      assertResult("\"a\"", "bdev_aio_create", "name", "a", "filename", file, "readonly", true);
      assertResult("\"p\"", "bdev_passthru_create", "base_bdev_name", "n", "name", "p");
      assertResult(
          "\"d\"",
          "bdev_delay_create",
          "base_bdev_name",
          "p",
          "name",
          "d",
          "avg_read_latency",
          1,
          "p99_read_latency",
          1,
          "avg_write_latency",
          1,
          "p99_write_latency",
          1);
      JsonNode made = target.call("bdev_malloc_create", "num_blocks", 8, "block_size", 512);
      assertThat(target.call("bdev_get_bdevs", "name", made.stringValue())).hasSize(1);
    }

    /** Those of a drive's namespaces: FieldShapesTest of bdev.nvme. */
    @Test
    void the_names_of_disks_that_were_made_together() throws IOException {
      target.malloc("m");
      assertResult("[\"mp0\",\"mp1\"]", "bdev_split_create", "base_bdev", "m", "split_count", 2);
      assertResult("true", "bdev_split_delete", "base_bdev", "m");
      assertResult("[\"mp0\"]", "bdev_split_create", "base_bdev", "m", "split_count", 1);
    }

    @Test
    void true_of_what_makes_no_disk() throws IOException {
      target.malloc("m");
      assertResult("true", "bdev_error_create", "base_name", "m");
      assertResult("true", "bdev_error_delete", "name", "EE_m");
      assertResult("true", "vhost_create_blk_controller", "ctrlr", "c", "dev_name", "m");
      Object[] coalescing = {"ctrlr", "c", "delay_base_us", 1, "iops_threshold", 1000};
      assertResult("true", "vhost_controller_set_coalescing", coalescing);
      assertResult("true", "vhost_delete_controller", "ctrlr", "c");
      assertResult("true", "bdev_reset_iostat", "name", "m");
      assertResult("true", "bdev_malloc_delete", "name", "m");
      assertResult("true", "bdev_wait_for_examine");
      assertResult("true", "framework_wait_init");
    }
  }

  /** Every way to write a mask, and every wrong one: CpuMaskTest. */
  @Nested
  @DisplayName(
      "13: a CPU mask is taken as 0x3 or [0,1]; told as 0x3 of controllers, as 3 of threads")
  class Rule13CpuMasks {
    private final int cpu = Cpu.allowed().nextSetBit(0);
    private final String bare = Long.toHexString(1L << cpu);

    @ParameterizedTest
    @ValueSource(
        strings = {"0x%s", "0X0%s", "%s", "[%d]", " [ %2$d ] ", "[%2$d,%2$d]", "[%2$d-%2$d]"})
    void a_controller_takes_both_and_tells_the_number_with_0x(String form) throws IOException {
      String mask = form.replace("%d", "%2$d").replace("%s", "%1$s").formatted(bare, cpu);
      target.malloc("m");
      target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "m", "cpumask", mask);
      JsonNode told = target.call("vhost_get_controllers").get(0).path("cpumask");
      assertThat(told.stringValue()).isEqualTo("0x" + bare);
      JsonNode saved = target.call("framework_get_config", "name", "vhost_blk").get(0);
      assertThat(saved.path("params").path("cpumask").stringValue()).isEqualTo("0x" + bare);
    }

    @Test
    void a_thread_takes_both_and_tells_the_number_alone() throws IOException {
      for (String mask : new String[] {"0x" + bare, bare, "[%d,%d]".formatted(cpu, cpu + 1)}) {
        assertThat(target.call("thread_set_cpumask", "id", 1, "cpumask", mask).booleanValue())
            .isTrue();
      }
      JsonNode reactor = target.call("framework_get_reactors").path("reactors").get(0);
      assertThat(reactor.path("lw_threads").get(0).path("cpumask").stringValue()).isEqualTo(bare);
      JsonNode thread = target.call("thread_get_stats").path("threads").get(0);
      assertThat(thread.path("cpumask").stringValue()).isEqualTo(bare);
    }
  }
}

package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The target itself as tools of the field expect it; all methods under many clients at once. */
class MethodsTest extends TargetFixture {
  @Test
  void the_methods_are_there() throws IOException {
    assertThat(target.call("rpc_get_methods", "current", true, "include_aliases", true))
        .extracting(JsonNode::stringValue)
        .containsExactly(
            "bdev_aio_create",
            "bdev_aio_delete",
            "bdev_aio_rescan",
            "bdev_delay_create",
            "bdev_delay_delete",
            "bdev_delay_update_latency",
            "bdev_enable_histogram",
            "bdev_error_create",
            "bdev_error_delete",
            "bdev_error_inject_error",
            "bdev_error_resume_pending",
            "bdev_examine",
            "bdev_get_bdevs",
            "bdev_get_histogram",
            "bdev_get_histogram_borders",
            "bdev_get_iostat",
            "bdev_malloc_create",
            "bdev_malloc_delete",
            "bdev_null_create",
            "bdev_null_delete",
            "bdev_null_resize",
            "bdev_nvme_add_error_injection",
            "bdev_nvme_attach_controller",
            "bdev_nvme_detach_controller",
            "bdev_nvme_disable_controller",
            "bdev_nvme_enable_controller",
            "bdev_nvme_get_controller_health_info",
            "bdev_nvme_get_controllers",
            "bdev_nvme_get_transport_statistics",
            "bdev_nvme_remove_error_injection",
            "bdev_nvme_reset_controller",
            "bdev_nvme_send_cmd",
            "bdev_nvme_set_hotplug",
            "bdev_nvme_set_options",
            "bdev_passthru_create",
            "bdev_passthru_delete",
            "bdev_reset_iostat",
            "bdev_set_qd_sampling_period",
            "bdev_split_create",
            "bdev_split_delete",
            "bdev_uring_create",
            "bdev_uring_delete",
            "bdev_uring_rescan",
            "bdev_wait_for_examine",
            "framework_get_config",
            "framework_get_pci_devices",
            "framework_get_reactors",
            "framework_get_subsystems",
            "framework_monitor_context_switch",
            "framework_wait_init",
            "iobuf_get_stats",
            "log_clear_flag",
            "log_enable_timestamps",
            "log_get_flags",
            "log_get_level",
            "log_get_print_level",
            "log_set_flag",
            "log_set_level",
            "log_set_print_level",
            "notify_get_notifications",
            "notify_get_types",
            "rpc_get_methods",
            "rpc_get_parameters",
            "spdk_get_version",
            "spdk_kill_instance",
            "thread_get_io_channels",
            "thread_get_pollers",
            "thread_get_stats",
            "thread_set_cpumask",
            "vhost_controller_enable_histogram",
            "vhost_controller_get_histogram",
            "vhost_controller_set_coalescing",
            "vhost_create_blk_controller",
            "vhost_delete_controller",
            "vhost_get_controllers",
            "virtio_blk_create_transport",
            "virtio_blk_get_transports");
  }

  @Test
  void a_signal_that_the_field_does_not_know_is_not_sent() throws IOException {
    for (String name : List.of("SIGFOO", "TERM", "99", "")) {
      RpcException refusal = target.refusal("spdk_kill_instance", "sig_name", name);
      assertThat(refusal.code()).isEqualTo(-32602);
      assertThat(refusal).hasMessageContaining("sig_name '" + name + "' is none of SIGINT");
    }
  }

  @Test
  void the_version_has_a_text_and_numbers() throws IOException {
    JsonNode version = target.call("spdk_get_version");
    assertThat(version.propertyNames()).containsExactly("version", "fields");
    JsonNode fields = version.path("fields");
    assertThat(fields.propertyNames()).containsExactly("major", "minor", "patch", "suffix");
    assertThat(version.path("version").stringValue())
        .isEqualTo(
            "Vireo v%d.%d.%d%s"
                .formatted(
                    fields.path("major").intValue(),
                    fields.path("minor").intValue(),
                    fields.path("patch").intValue(),
                    fields.path("suffix").stringValue()));
  }

  @Test
  void reactors_tell_what_they_did() throws IOException {
    JsonNode result = target.call("framework_get_reactors", "reset_longest_lap", true);
    assertThat(result.propertyNames()).containsExactly("tick_rate", "pid", "reactors");
    assertThat(result.path("pid").longValue()).isEqualTo(ProcessHandle.current().pid());
    assertThat(result.path("reactors")).hasSize(1);
    JsonNode reactor = result.path("reactors").get(0);
    int cpu = target.target.reactors().cpus().nextSetBit(0);
    assertThat(reactor.path("lcore").intValue()).isEqualTo(cpu);
    assertThat(reactor.propertyNames())
        .startsWith("lcore", "numa_id", "tid", "busy", "idle", "in_interrupt", "irq", "sys", "usr")
        .contains("lw_threads");
    assertThat(reactor.path("in_interrupt").booleanValue()).isTrue(); // it idles adaptively
    assertThat(reactor.path("usr").longValue()).isPositive();
    assertThat(reactor.path("usr").longValue() % 10_000_000).as("in ticks of 10 ms").isZero();
    Path sysfs = Path.of("/sys/devices/system/cpu/cpu" + cpu);
    assertThat(reactor.has("core_freq"))
        .isEqualTo(Files.exists(sysfs.resolve("cpufreq/scaling_cur_freq")));
    assertThat(Path.of("/proc/self/task", reactor.path("tid").toString())).exists();
    assertThat(reactor.path("laps").longValue()).isPositive();
    assertThat(reactor.path("longest_lap").longValue()).isPositive();
    JsonNode thread = reactor.path("lw_threads").get(0);
    assertThat(thread.path("name").stringValue()).isEqualTo("reactor-" + cpu);
    assertThat(thread.path("cpumask").stringValue()).isEqualTo(Integer.toHexString(1 << cpu));
    assertThat(thread.path("elapsed").longValue())
        .isEqualTo(reactor.path("busy").longValue() + reactor.path("idle").longValue());
  }

  @Test
  void clients_that_make_and_delete_the_same_disks_see_one_order() throws Exception {
    int clients = 8;
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      List<Future<?>> done = new ArrayList<>();
      for (int c = 0; c < clients; c++) {
        done.add(threads.submit(this::makeAndDelete));
      }
      for (Future<?> future : done) {
        future.get();
      }
    }
    // Whatever was left can be deleted, once.
    for (JsonNode controller : target.call("vhost_get_controllers")) {
      target.call("vhost_delete_controller", "ctrlr", controller.path("ctrlr").stringValue());
    }
    for (JsonNode bdev : target.call("bdev_get_bdevs")) {
      target.call("bdev_malloc_delete", "name", bdev.path("name").stringValue());
    }
    assertThat(target.state()).isEqualTo("[]\n[]");
    assertThat(dir.toFile().list()).containsExactlyInAnyOrder("rpc.sock", "rpc.sock.lock");
  }

  private Object makeAndDelete() throws IOException {
    try (JsonRpcClient client = target.client()) {
      for (int i = 0; i < 60; i++) {
        String name = "d" + ThreadLocalRandom.current().nextInt(2);
        Map<String, Object> disk = Map.of("name", name, "num_blocks", 8, "block_size", 512);
        Map<String, Object> controller = Map.of("ctrlr", "c" + name, "dev_name", name);
        tolerate(client, "bdev_malloc_create", disk, -17);
        tolerate(client, "vhost_create_blk_controller", controller, -32602);
        tolerate(client, "vhost_get_controllers", null);
        tolerate(client, "vhost_delete_controller", Map.of("ctrlr", "c" + name), -32602);
        tolerate(client, "bdev_malloc_delete", Map.of("name", name), -19);
      }
      return null;
    }
  }

  private static void tolerate(JsonRpcClient client, String method, Object params, Integer... codes)
      throws IOException {
    try {
      client.call(method, params);
    } catch (RpcException e) {
      assertThat(e.code()).as("%s: %s", method, e.getMessage()).isIn((Object[]) codes);
    }
  }
}

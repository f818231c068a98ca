package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.linux.UnixSocket;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Shapes, codes and texts as tools of the field expect them. */
@Timeout(60)
class MethodsTest {
  @TempDir Path dir;
  private RunningTarget target;

  @BeforeEach
  void start() throws IOException {
    target = new RunningTarget(dir);
  }

  @AfterEach
  void stop() throws IOException {
    target.close();
  }

  @Test
  void the_methods_are_there() throws IOException {
    assertThat(target.call("rpc_get_methods", "current", true, "include_aliases", true))
        .extracting(JsonNode::stringValue)
        .containsExactly(
            "bdev_get_bdevs",
            "bdev_get_iostat",
            "bdev_malloc_create",
            "bdev_malloc_delete",
            "bdev_null_create",
            "bdev_null_delete",
            "bdev_null_resize",
            "bdev_uring_create",
            "bdev_uring_delete",
            "rpc_get_methods",
            "rpc_get_parameters",
            "spdk_get_version",
            "vhost_create_blk_controller",
            "vhost_delete_controller",
            "vhost_get_controllers");
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
  void a_bdev_is_shown_with_the_members_of_the_field_in_their_order() throws IOException {
    String uuid = "2b6601ba-eada-44fb-9a83-a20eb9eb9e90";
    assertThat(createMalloc("Malloc0", "uuid", uuid)).hasToString("\"Malloc0\"");
    JsonNode bdev = target.call("bdev_get_bdevs", "name", "Malloc0").get(0);
    assertThat(bdev.propertyNames())
        .containsExactly(
            "name",
            "aliases",
            "product_name",
            "block_size",
            "num_blocks",
            "preferred_write_alignment",
            "preferred_write_granularity",
            "optimal_write_size",
            "preferred_unmap_alignment",
            "preferred_unmap_granularity",
            "uuid",
            "assigned_rate_limits",
            "claimed",
            "zoned",
            "supported_io_types",
            "driver_specific");
    assertThat(bdev.path("product_name").stringValue()).isEqualTo("Malloc disk");
    assertThat(bdev.path("aliases")).hasToString("[\"" + uuid + "\"]");
    assertThat(bdev.path("num_blocks").intValue()).isEqualTo(8);
    assertThat(bdev.path("supported_io_types").path("write_zeroes").booleanValue()).isTrue();
    assertThat(bdev.path("supported_io_types").path("nvme_io").booleanValue()).isFalse();
    assertThat(target.call("bdev_get_bdevs", "name", uuid).get(0)).isEqualTo(bdev);
  }

  @Test
  void bdevs_are_listed_in_the_order_of_their_creation() throws IOException {
    createMalloc("b");
    createMalloc("a");
    assertThat(target.call("bdev_get_bdevs"))
        .extracting(b -> b.path("name").stringValue())
        .containsExactly("b", "a");
  }

  @Test
  void a_bdev_that_comes_within_the_time_is_waited_for() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool();
        JsonRpcClient other = target.client()) {
      Future<JsonNode> found =
          threads.submit(
              () -> other.call("bdev_get_bdevs", Map.of("name", "late", "timeout", 30_000)));
      createMalloc("early");
      createMalloc("late");
      assertThat(found.get().get(0).path("name").stringValue()).isEqualTo("late");
    }
    assertThat(target.refusal("bdev_get_bdevs", "name", "never", "timeout", 1).code())
        .isEqualTo(-19);
  }

  @Test
  void the_end_of_the_target_ends_the_waiting_for_a_bdev() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool();
        JsonRpcClient other = target.client()) {
      Future<?> waiting =
          threads.submit(
              () ->
                  other.call("bdev_get_bdevs", Map.of("name", "never", "timeout", Long.MAX_VALUE)));
      target.call("rpc_get_methods");
      target.close();
      assertThat(waiting).failsWithin(java.time.Duration.ofSeconds(30));
    }
  }

  @Test
  void counters_have_the_shape_of_the_field() throws IOException {
    createMalloc("a");
    createMalloc("b");
    JsonNode all = target.call("bdev_get_iostat", "per_channel", false);
    assertThat(all.propertyNames()).containsExactly("tick_rate", "ticks", "bdevs");
    assertThat(all.path("bdevs")).hasSize(2);
    JsonNode one = target.call("bdev_get_iostat", "names", List.of("b"), "reset_mode", "all");
    assertThat(one.path("bdevs").get(0).propertyNames())
        .containsExactly(
            "name",
            "bytes_read",
            "num_read_ops",
            "bytes_written",
            "num_write_ops",
            "bytes_unmapped",
            "num_unmap_ops",
            "bytes_copied",
            "num_copy_ops",
            "read_latency_ticks",
            "max_read_latency_ticks",
            "min_read_latency_ticks",
            "write_latency_ticks",
            "max_write_latency_ticks",
            "min_write_latency_ticks",
            "unmap_latency_ticks",
            "max_unmap_latency_ticks",
            "min_unmap_latency_ticks",
            "copy_latency_ticks",
            "max_copy_latency_ticks",
            "min_copy_latency_ticks",
            "io_error");
    assertThat(target.call("bdev_get_iostat", "name", "b").path("bdevs")).hasSize(1);
    assertThat(
            target
                .call("bdev_get_iostat", "names", List.of("b"), "per_channel", true)
                .propertyNames())
        .containsExactly("tick_rate", "ticks", "name", "channels");
  }

  @Test
  void counters_of_unknown_or_unclear_bdevs_are_refused() throws IOException {
    createMalloc("a");
    RpcException unknown = target.refusal("bdev_get_iostat", "names", List.of("a", "none"));
    assertThat(unknown.code()).isEqualTo(-19);
    assertThat(unknown).hasMessage("No such device: there is no bdev none");
    assertThat(target.refusal("bdev_get_iostat", "per_channel", true).code()).isEqualTo(-22);
    assertThat(
            target
                .refusal("bdev_get_iostat", "per_channel", true, "names", List.of("a", "a"))
                .code())
        .isEqualTo(-22);
    assertThat(target.refusal("bdev_get_iostat", "name", "a", "names", List.of("a")).code())
        .isEqualTo(-22);
  }

  @Test
  void a_controller_is_shown_with_the_members_of_the_field_in_their_order() throws IOException {
    createMalloc("a");
    assertThat(
            target.call(
                "vhost_create_blk_controller",
                "ctrlr",
                "vhost.1",
                "dev_name",
                "a",
                "readonly",
                true,
                "packed_ring",
                false,
                "transport",
                "vhost_user_blk",
                "serial",
                "S1",
                "num_queues",
                4,
                "queue_size",
                128))
        .hasToString("true");
    JsonNode controllers = target.call("vhost_get_controllers");
    assertThat(controllers).hasSize(1);
    JsonNode controller = controllers.get(0);
    assertThat(controller.propertyNames())
        .containsExactly(
            "ctrlr",
            "cpumask",
            "delay_base_us",
            "iops_threshold",
            "socket",
            "sessions",
            "backend_specific");
    assertThat(controller.path("cpumask").stringValue()).startsWith("0x");
    assertThat(controller.path("socket").stringValue()).isEqualTo(dir.resolve("vhost.1") + "");
    assertThat(controller.path("sessions")).isEmpty();
    assertThat(controller.path("backend_specific"))
        .hasToString(
            "{\"block\":{\"readonly\":true,\"bdev\":\"a\",\"transport\":\"vhost_user_blk\"}}");
    assertThat(target.call("vhost_get_controllers", "name", "vhost.1")).isEqualTo(controllers);
  }

  @Test
  void a_controller_that_a_front_end_uses_is_not_deleted() throws IOException {
    createMalloc("a");
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "a", "num_queues", 3);
    try (UnixSocket frontEnd = UnixSocket.connect(dir.resolve("c"))) {
      assertThat(frontEnd).isNotNull();
      JsonNode sessions = awaitSessions(1);
      assertThat(sessions.get(0).propertyNames())
          .containsExactly("vid", "id", "name", "started", "max_queues", "inflight_task_cnt");
      assertThat(sessions.get(0).path("started").booleanValue()).isFalse();
      assertThat(sessions.get(0).path("max_queues").intValue()).isEqualTo(3);
      RpcException busy = target.refusal("vhost_delete_controller", "ctrlr", "c");
      assertThat(busy.code()).isEqualTo(-32602);
      assertThat(busy).hasMessageStartingWith("Device or resource busy: ");
    }
    awaitSessions(0);
    assertThat(target.call("vhost_delete_controller", "ctrlr", "c")).hasToString("true");
    assertThat(dir.resolve("c")).doesNotExist();
  }

  private JsonNode awaitSessions(int count) throws IOException {
    while (true) {
      JsonNode sessions = target.call("vhost_get_controllers").get(0).path("sessions");
      if (sessions.size() == count) {
        return sessions;
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void a_controller_outlives_its_bdev() throws IOException {
    createMalloc("a");
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "a");
    target.call("bdev_malloc_delete", "name", "a");
    assertThat(blockOf("c").path("bdev").isNull()).isTrue();
    createMalloc("a"); // another one of that name
    assertThat(blockOf("c").path("bdev").isNull()).isTrue();
    target.call("vhost_delete_controller", "ctrlr", "c");
  }

  private JsonNode blockOf(String controller) throws IOException {
    JsonNode controllers = target.call("vhost_get_controllers", "name", controller);
    return controllers.get(0).path("backend_specific").path("block");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ctrlr;      there;   File exists: controller there exists",
        "ctrlr;      a/b;     Invalid argument: controller name 'a/b' does not name a socket file",
        "ctrlr;      file;    File exists: DIR/file exists and is no socket",
        "dev_name;   none;    No such device: there is no bdev none",
        "cpumask;    x;       Invalid argument: CPU mask 'x' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "cpumask;    [1000];  Invalid argument: cpumask [1000] has CPU 1000, but reactors run on MASK only",
        "serial;     123456789012345678901; Invalid argument: serial 123456789012345678901 has 21 characters, more than 20",
      })
  void a_controller_that_cannot_be_is_refused_as_in_the_field(
      String parameter, String value, String message) throws IOException {
    createMalloc("a");
    target.call("vhost_create_blk_controller", "ctrlr", "there", "dev_name", "a");
    Files.createFile(dir.resolve("file"));
    String before = target.state();
    Map<String, Object> params = new java.util.HashMap<>(Map.of("ctrlr", "c", "dev_name", "a"));
    params.put(parameter, value);
    Object[] flat =
        params.entrySet().stream()
            .flatMap(e -> List.of(e.getKey(), e.getValue()).stream())
            .toArray();
    RpcException refused = target.refusal("vhost_create_blk_controller", flat);
    assertThat(refused.code()).isEqualTo(-32602);
    String mask = target.call("vhost_get_controllers").get(0).path("cpumask").stringValue();
    assertThat(refused).hasMessage(message.replace("DIR", "" + dir).replace("MASK", mask));
    assertThat(target.state()).isEqualTo(before);
    target.call("bdev_malloc_delete", "name", "a");
  }

  @ParameterizedTest
  @CsvSource({"num_queues, 0", "num_queues, 257", "queue_size, 300", "queue_size, 65536"})
  void numbers_that_a_disk_cannot_have_are_refused(String parameter, int value) throws IOException {
    createMalloc("a");
    RpcException refused =
        target.refusal(
            "vhost_create_blk_controller", "ctrlr", "c", "dev_name", "a", parameter, value);
    assertThat(refused.code()).isEqualTo(-32602);
    assertThat(refused)
        .hasMessageStartingWith("Invalid argument: ")
        .hasMessageContaining("" + value);
    assertThat(target.call("vhost_get_controllers")).isEmpty();
  }

  @Test
  void missing_controllers_have_the_codes_of_the_field() throws IOException {
    assertThat(target.refusal("vhost_delete_controller", "ctrlr", "x").code()).isEqualTo(-32602);
    RpcException unknown = target.refusal("vhost_get_controllers", "name", "x");
    assertThat(unknown.code()).isEqualTo(-32603);
    assertThat(unknown).hasMessage("No such device: there is no controller x");
  }

  @Test
  void bdevs_that_cannot_be_have_the_codes_of_the_field() throws IOException {
    createMalloc("a");
    String before = target.state();
    assertThat(
            target
                .refusal("bdev_malloc_create", "name", "a", "num_blocks", 8, "block_size", 512)
                .code())
        .isEqualTo(-17);
    assertThat(
            target
                .refusal("bdev_malloc_create", "name", "b", "num_blocks", 8, "block_size", 500)
                .code())
        .isEqualTo(-22);
    assertThat(target.refusal("bdev_uring_create", "name", "b", "filename", dir + "/none").code())
        .isEqualTo(-2);
    assertThat(target.refusal("bdev_malloc_delete", "name", "none").code()).isEqualTo(-19);
    assertThat(target.state()).isEqualTo(before);
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
    assertThat(dir.toFile().list()).containsExactly("rpc.sock");
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

  private JsonNode createMalloc(String name, Object... more) throws IOException {
    List<Object> params =
        new ArrayList<>(List.of("name", name, "num_blocks", 8, "block_size", 512));
    params.addAll(List.of(more));
    return target.call("bdev_malloc_create", params.toArray());
  }
}

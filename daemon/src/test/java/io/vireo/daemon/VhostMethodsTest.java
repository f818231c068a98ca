package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Controllers, as they are made and refused. How they are shown: FieldReportsTest. */
class VhostMethodsTest extends TargetFixture {
  @Test
  void the_one_transport_is_there_and_is_not_made_again() throws IOException {
    assertThat(target.call("virtio_blk_get_transports"))
        .hasToString("[{\"name\":\"vhost_user_blk\"}]");
    assertThat(target.call("virtio_blk_get_transports", "name", "vhost_user_blk")).hasSize(1);
    assertThat(target.refusal("virtio_blk_get_transports", "name", "vfio_user").code())
        .isEqualTo(-19);
    assertThat(target.refusal("virtio_blk_create_transport", "name", "vhost_user_blk").code())
        .isEqualTo(-17);
    assertThat(target.refusal("virtio_blk_create_transport", "name", "vfio_user"))
        .hasMessage(
            "No such file or directory: there is no virtio-blk transport vfio_user, only"
                + " vhost_user_blk");
  }

  @Test
  void a_controller_is_shown_with_the_members_of_the_field_in_their_order() throws IOException {
    target.malloc("a");
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
                128,
                "poll_pause_ns",
                0))
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
            "pin_guest_memory",
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
  void a_controller_outlives_its_bdev() throws IOException {
    target.malloc("a");
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "a");
    target.call("bdev_malloc_delete", "name", "a");
    assertThat(blockOf("c").path("bdev").isNull()).isTrue();
    target.malloc("a"); // another one of that name
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
    target.malloc("a");
    target.call("vhost_create_blk_controller", "ctrlr", "there", "dev_name", "a");
    Files.createFile(dir.resolve("file"));
    String before = target.state();
    Map<String, Object> params = new HashMap<>(Map.of("ctrlr", "c", "dev_name", "a"));
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
  @CsvSource({
    "num_queues, 0",
    "num_queues, 257",
    "queue_size, 300",
    "queue_size, 65536",
    "poll_pause_ns, -2",
    "poll_pause_ns, 50001",
    "delay_base_us, 1000001",
    "iops_threshold, 99"
  })
  void numbers_that_a_disk_cannot_have_are_refused(String parameter, int value) throws IOException {
    target.malloc("a");
    RpcException refused =
        target.refusal(
            "vhost_create_blk_controller", "ctrlr", "c", "dev_name", "a", parameter, value);
    assertThat(refused.code()).isEqualTo(-32602);
    assertThat(refused).hasMessageStartingWith("Invalid ").hasMessageContaining("" + value);
    assertThat(target.call("vhost_get_controllers")).isEmpty();
  }

  private static Object[] coalescing(String controller, long delayUs, long threshold) {
    return new Object[] {
      "ctrlr", controller, "delay_base_us", delayUs, "iops_threshold", threshold
    };
  }

  @Test
  void coalescing_is_set_and_shown() throws IOException {
    target.malloc("a");
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "a");
    JsonNode usual = target.call("vhost_get_controllers").get(0);
    assertThat(usual.path("delay_base_us").intValue()).isZero();
    assertThat(usual.path("iops_threshold").intValue()).isEqualTo(60_000);
    assertThat(target.call("vhost_controller_set_coalescing", coalescing("c", 80, 100_000)))
        .hasToString("true");
    JsonNode shown = target.call("vhost_get_controllers").get(0);
    assertThat(shown.path("delay_base_us").intValue()).isEqualTo(80);
    assertThat(shown.path("iops_threshold").intValue()).isEqualTo(100_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "x; 80;      60000; No such device: there is no controller x",
        "c; 1000001; 60000; Invalid argument: coalescing delay of 1000001 us is not between 0 and 1000000",
        "c; 80;      99;    Invalid argument: coalescing threshold of 99 requests a second is below 100",
        "c; 80;      0;     Invalid argument: coalescing threshold of 0 requests a second is below 100",
      })
  void coalescing_that_cannot_be_is_refused_and_changes_nothing(
      String controller, long delayUs, long threshold, String message) throws IOException {
    target.malloc("a");
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "a");
    String before = target.state();
    RpcException refused =
        target.refusal(
            "vhost_controller_set_coalescing", coalescing(controller, delayUs, threshold));
    assertThat(refused.code()).isEqualTo(-32602);
    assertThat(refused).hasMessage(message);
    assertThat(target.state()).isEqualTo(before);
  }

  @Test
  void missing_controllers_have_the_codes_of_the_field() throws IOException {
    assertThat(target.refusal("vhost_delete_controller", "ctrlr", "x").code()).isEqualTo(-32602);
    RpcException unknown = target.refusal("vhost_get_controllers", "name", "x");
    assertThat(unknown.code()).isEqualTo(-32603);
    assertThat(unknown).hasMessage("No such device: there is no controller x");
  }
}

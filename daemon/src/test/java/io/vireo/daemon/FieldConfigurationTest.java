package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Rules 8 and 10 of the field's wire: how its tools save a target and make it again. */
class FieldConfigurationTest extends ConfigurationFixture {
  private static final StartOptions WAITING = new StartOptions(null, false, true, null);

  /** As the field's save_config does it. */
  private static List<JsonNode> save(RunningTarget target) throws IOException {
    assertThat(methods(target)).contains("framework_get_subsystems", "framework_get_config");
    List<JsonNode> calls = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (JsonNode subsystem : target.call("framework_get_subsystems")) {
      Members.assertExactly(subsystem, "subsystem string", "depends_on array");
      String name = subsystem.path("subsystem").stringValue();
      subsystem
          .path("depends_on")
          .forEach(other -> assertThat(seen).as(name).contains(other.stringValue()));
      seen.add(name);
      target.call("framework_get_config", "name", name).forEach(calls::add);
    }
    return calls;
  }

  private static List<String> methods(RunningTarget target) throws IOException {
    JsonNode names = target.call("rpc_get_methods", "current", true);
    return names.valueStream().map(JsonNode::stringValue).toList();
  }

  /** As the field's load_config does it: what is possible now, in one batch each time. */
  private void load(RunningTarget target, List<JsonNode> calls) throws IOException {
    List<JsonNode> left = new ArrayList<>(calls);
    try (RawClient client = new RawClient(sockets.resolve("rpc.sock"))) {
      while (!left.isEmpty()) {
        List<String> allowed = methods(target);
        List<JsonNode> now =
            left.stream().filter(c -> allowed.contains(c.path("method").stringValue())).toList();
        if (now.isEmpty()) {
          assertThat(allowed).as("what %s need", left).contains("framework_start_init");
          target.call("framework_start_init");
          continue;
        }
        left.removeAll(now);
        JsonNode answers = client.ask(batch(now).toString());
        assertThat(answers).hasSize(now.size());
        answers.forEach(answer -> assertThat(answer.has("result")).as("%s", answer).isTrue());
      }
    }
  }

  private static ArrayNode batch(List<JsonNode> calls) {
    ArrayNode batch = JsonNodeFactory.instance.arrayNode();
    for (JsonNode call : calls) {
      batch.addObject().put("jsonrpc", "2.0").put("id", batch.size()).setAll((ObjectNode) call);
    }
    return batch;
  }

  @Nested
  @DisplayName("8: what is told of a target's making are requests that make it again")
  class Rule8Replay {
    @Test
    void each_entry_is_a_method_and_its_parameters() throws IOException {
      try (RunningTarget target = start()) {
        makeAll(target, dir);
        List<JsonNode> calls = save(target);
        assertThat(calls).hasSizeGreaterThan(6);
        for (JsonNode call : calls) {
          Members.assertExactly(call, "method string", "params? object");
          assertThat(methods(target)).contains(call.path("method").stringValue());
        }
        assertThat(target.call("framework_get_config", "name", "bdev", "with_batches", true))
            .isEqualTo(target.call("framework_get_config", "name", "bdev"));
      }
    }

    @Test
    void a_target_that_waits_becomes_the_same_by_batches_of_them() throws IOException {
      List<JsonNode> calls;
      String made;
      try (RunningTarget target = new RunningTarget(sockets, WAITING)) {
        target.call("bdev_set_options", "bdev_io_pool_size", 70_000);
        target.call("iobuf_set_options", "small_pool_count", 9000);
        target.call("framework_start_init");
        makeAll(target, dir);
        target.call("bdev_split_create", "base_bdev", "m1", "split_count", 2);
        made = target.state();
        calls = save(target);
      }
      assertThat(calls)
          .extracting(call -> call.path("method").stringValue())
          .startsWith("iobuf_set_options", "bdev_set_options");
      try (RunningTarget target = new RunningTarget(sockets, WAITING)) {
        load(target, calls);
        assertThat(target.state()).isEqualTo(made);
        assertThat(save(target)).isEqualTo(calls);
      }
    }
  }

  /** What controllers of another kind are saved as comes with them. */
  @Nested
  @DisplayName("10: a controller is saved with its coalescing; without a bdev it is told with null")
  class Rule10Controllers {
    private JsonNode saved(RunningTarget target) throws IOException {
      return target.call("framework_get_config", "name", "vhost_blk");
    }

    @Test
    void a_disk_is_one_call_with_all_that_was_set_also_later() throws IOException {
      try (RunningTarget target = start()) {
        makeAll(target, dir);
        target.call(
            "vhost_controller_set_coalescing",
            "ctrlr",
            "special",
            "delay_base_us",
            80,
            "iops_threshold",
            70_000);
        JsonNode call = saved(target).get(0);
        assertThat(call.path("method").stringValue()).isEqualTo("vhost_create_blk_controller");
        Members.assertExactly(
            call.path("params"),
            "ctrlr string",
            "dev_name string",
            "readonly boolean",
            "cpumask string",
            "serial string",
            "num_queues integer",
            "queue_size integer",
            "poll_pause_ns integer",
            "pin_guest_memory boolean",
            "delay_base_us integer",
            "iops_threshold integer");
        assertThat(call.path("params").path("delay_base_us").intValue()).isEqualTo(80);
        assertThat(call.path("params").path("iops_threshold").intValue()).isEqualTo(70_000);
      }
    }

    @Test
    void coalescing_is_there_again_after_a_reload() throws IOException {
      List<JsonNode> calls;
      try (RunningTarget target = start()) {
        makeAll(target, dir);
        calls = save(target);
      }
      try (RunningTarget target = new RunningTarget(sockets, WAITING)) {
        load(target, calls);
        JsonNode special = target.call("vhost_get_controllers", "name", "special").get(0);
        assertThat(special.path("delay_base_us").intValue()).isEqualTo(100);
        assertThat(special.path("iops_threshold").intValue()).isEqualTo(50_000);
      }
    }

    @Test
    void a_controller_whose_bdev_has_gone_is_shown_with_null_and_not_saved() throws IOException {
      try (RunningTarget target = start()) {
        target.malloc("m0");
        target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "m0");
        target.call("bdev_malloc_delete", "name", "m0");
        JsonNode shown = target.call("vhost_get_controllers", "name", "c").get(0);
        assertThat(shown.path("backend_specific").path("block").path("bdev").isNull()).isTrue();
        assertThat(saved(target)).isEmpty();
      }
    }
  }
}

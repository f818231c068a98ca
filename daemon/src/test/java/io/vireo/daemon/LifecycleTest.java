package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A target that waits for clients before it is initialized: rule 7 of the field's wire. */
@Timeout(60)
@DisplayName("7: some methods are for before framework_start_init, most for after, as is told")
class LifecycleTest {
  private static final StartOptions WAITING = new StartOptions(null, false, true, null);

  @TempDir Path dir;

  @Test
  void before_it_is_initialized_only_what_can_be_called_then_is() throws IOException {
    try (RunningTarget target = new RunningTarget(dir, WAITING)) {
      assertThat(target.call("rpc_get_methods", "current", true))
          .extracting(JsonNode::stringValue)
          .contains("framework_start_init", "framework_wait_init", "rpc_get_methods")
          .contains("spdk_get_version", "bdev_nvme_set_options")
          .doesNotContain("bdev_malloc_create", "vhost_get_controllers", "framework_get_config");
      assertThat(target.call("rpc_get_methods"))
          .extracting(JsonNode::stringValue)
          .contains("framework_start_init", "bdev_malloc_create");
      assertThat(target.refusal("bdev_get_bdevs"))
          .hasMessage(
              "Invalid state: bdev_get_bdevs can be called only after the target is initialized"
                  + " (framework_start_init)")
          .extracting(RpcException::code)
          .isEqualTo(-1);
    }
  }

  private static Set<String> methods(RunningTarget target, boolean current) throws IOException {
    return target
        .call("rpc_get_methods", "current", current)
        .valueStream()
        .map(JsonNode::stringValue)
        .collect(Collectors.toSet());
  }

  /** An unknown parameter is looked at after the state, so nothing is done in either case. */
  private static Set<String> callable(RunningTarget target, Set<String> methods)
      throws IOException {
    Set<String> callable = new HashSet<>();
    for (String method : methods) {
      int code = target.refusal(method, "no_such", 1, "ctrlr", 5, "name", 5).code();
      assertThat(code).as(method).isIn(-1, -32602);
      if (code != -1) {
        callable.add(method);
      }
    }
    return callable;
  }

  @Test
  void what_is_told_to_be_callable_is_what_can_be_called_before_and_after() throws IOException {
    try (RunningTarget target = new RunningTarget(dir, WAITING)) {
      Set<String> all = methods(target, false);
      Set<String> before = methods(target, true);
      assertThat(callable(target, all)).isEqualTo(before);
      target.call("framework_start_init");
      Set<String> after = methods(target, true);
      assertThat(callable(target, all)).isEqualTo(after);
      assertThat(methods(target, false)).isEqualTo(all);
      assertThat(before)
          .contains("bdev_set_options", "iobuf_set_options", "framework_start_init")
          .doesNotContain("bdev_malloc_create", "framework_get_config", "spdk_kill_instance");
      assertThat(after).doesNotContain("bdev_set_options", "framework_start_init");
      Set<String> either = new HashSet<>(before);
      either.addAll(after);
      assertThat(either).as("each method is for one of both").isEqualTo(all);
    }
  }

  @Test
  void afterwards_everything_is_but_what_must_come_before() throws IOException {
    try (RunningTarget target = new RunningTarget(dir, WAITING)) {
      assertThat(target.call("framework_start_init").booleanValue()).isTrue();
      target.malloc("m0");
      assertThat(target.refusal("framework_start_init"))
          .hasMessage(
              "Invalid state: framework_start_init can be called only before the target is"
                  + " initialized (framework_start_init)")
          .extracting(RpcException::code)
          .isEqualTo(-1);
      assertThat(target.call("framework_wait_init").booleanValue()).isTrue();
    }
  }

  @Test
  void who_waits_for_it_is_answered_when_another_client_begins_it() throws Exception {
    try (RunningTarget target = new RunningTarget(dir, WAITING);
        JsonRpcClient other = target.client();
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<JsonNode> waits = threads.submit(() -> other.call("framework_wait_init", null));
      target.call("rpc_get_methods");
      assertThat(waits.isDone()).isFalse();
      target.call("framework_start_init");
      assertThat(waits.get().booleanValue()).isTrue();
    }
  }

  @Test
  void a_target_that_was_never_begun_ends_with_its_clients_waiting() throws Exception {
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      RunningTarget target = new RunningTarget(dir, WAITING);
      JsonRpcClient other = target.client();
      Future<JsonNode> waits = threads.submit(() -> other.call("framework_wait_init", null));
      target.call("rpc_get_methods");
      target.close();
      assertThat(waits).failsWithin(Duration.ofSeconds(30));
      other.close();
    }
  }

  @Test
  void what_excludes_each_other_is_told() {
    Path file = dir.resolve("c.json");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StartOptions(null, true, false, null))
        .withMessage("--autosave needs a file: --config FILE");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StartOptions(file, false, true, null))
        .withMessage(
            "--wait-for-rpc and --config exclude each other: either clients come first or the file");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StartOptions(file, true, true, false, null))
        .withMessage(
            "--autosave and --json-ignore-init-errors exclude each other: the file would be saved"
                + " without what was left out of it");
  }
}

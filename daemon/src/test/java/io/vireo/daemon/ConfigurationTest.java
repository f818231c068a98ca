package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Configurations that are saved, and come back. */
class ConfigurationTest extends ConfigurationFixture {
  @Test
  void what_was_saved_comes_back_whole() throws IOException {
    String before;
    byte[] saved;
    try (RunningTarget target = start()) {
      makeAll(target, dir);
      before = target.state();
      saved = saved(target);
    }
    Files.write(file, saved);
    try (RunningTarget target = start(false)) {
      assertThat(target.state()).isEqualTo(before);
      assertThat(saved(target)).isEqualTo(saved);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(saved);
  }

  @Test
  void a_call_is_saved_with_what_is_not_usual_and_no_more() throws IOException {
    try (RunningTarget target = start()) {
      makeAll(target, dir);
      JsonNode controllers = target.call("framework_get_config", "name", "vhost_blk");
      assertThat(controllers.get(1).toString())
          .isEqualTo(
              "{\"method\":\"vhost_create_blk_controller\","
                  + "\"params\":{\"ctrlr\":\"usual\",\"dev_name\":\"m0\"}}");
      assertThat(controllers.get(0).path("params").propertyNames())
          .containsExactly(
              "ctrlr",
              "dev_name",
              "readonly",
              "cpumask",
              "serial",
              "num_queues",
              "queue_size",
              "poll_pause_ns",
              "pin_guest_memory",
              "delay_base_us",
              "iops_threshold");
    }
  }

  @Test
  void what_was_set_after_a_controller_was_made_is_saved_with_its_making() throws IOException {
    try (RunningTarget target = start()) {
      target.malloc("m0");
      target.call("vhost_create_blk_controller", "ctrlr", "c0", "dev_name", "m0");
      target.call(
          "vhost_controller_set_coalescing",
          "ctrlr",
          "c0",
          "delay_base_us",
          80,
          "iops_threshold",
          60_000);
      assertThat(target.call("framework_get_config", "name", "vhost_blk").toString())
          .isEqualTo(
              "[{\"method\":\"vhost_create_blk_controller\",\"params\":{\"ctrlr\":\"c0\","
                  + "\"dev_name\":\"m0\",\"delay_base_us\":80}}]");
    }
  }

  @Test
  void options_that_come_before_the_target_runs_are_saved_first() throws IOException {
    Files.writeString(
        file,
        """
        {"subsystems": [{"subsystem": "bdev", "config": [
          {"method": "bdev_malloc_create", "params": {"name": "m0", "num_blocks": 8, "block_size": 512}},
          {"method": "bdev_set_options", "params": {"bdev_io_pool_size": 70000, "bdev_auto_examine": false}},
          {"method": "bdev_set_options", "params": {"bdev_io_cache_size": 128}}]}]}
        """);
    try (RunningTarget target = start(false)) {
      JsonNode saved = target.call("framework_get_config", "name", "bdev").get(0);
      assertThat(saved.path("method").stringValue()).isEqualTo("bdev_set_options");
      assertThat(saved.path("params").toString())
          .isEqualTo(
              "{\"bdev_io_pool_size\":70000,\"bdev_io_cache_size\":128,\"bdev_auto_examine\":false}");
      assertThat(target.refusal("bdev_set_options", "bdev_io_pool_size", 70_000).code())
          .isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bdev_io_pool_size      | 100        | is less than",
        "bdev_io_cache_size     | 65535      | bdev_io_pool_size 65535 is less than",
        "iobuf_small_cache_size | 4294967296 | is more than 4294967295",
      })
  void options_that_cannot_be_are_refused_and_not_kept(String name, long value, String sentence)
      throws IOException {
    try (RunningTarget target =
        new RunningTarget(sockets, new StartOptions(null, false, true, null))) {
      RpcException refused = target.refusal("bdev_set_options", name, value);
      assertThat(refused)
          .hasMessageStartingWith("Invalid argument: ")
          .hasMessageContaining(sentence);
      target.call("framework_start_init");
      assertThat(target.call("framework_get_config", "name", "bdev")).isEmpty();
    }
  }

  @Test
  void subsystems_tell_what_comes_before_them() throws IOException {
    try (RunningTarget target = start()) {
      assertThat(target.call("framework_get_subsystems").toString())
          .isEqualTo(
              "[{\"subsystem\":\"iobuf\",\"depends_on\":[]},"
                  + "{\"subsystem\":\"bdev\",\"depends_on\":[\"iobuf\"]},"
                  + "{\"subsystem\":\"vhost_blk\",\"depends_on\":[\"bdev\"]}]");
      assertThat(target.refusal("framework_get_config", "name", "nvmf"))
          .hasMessage("Subsystem 'nvmf' not found: there are iobuf, bdev, vhost_blk")
          .extracting(RpcException::code)
          .isEqualTo(-32602);
    }
  }
}

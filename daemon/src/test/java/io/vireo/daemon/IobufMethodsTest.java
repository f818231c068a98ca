package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Buffers as tools of the field set them and look at them. */
class IobufMethodsTest extends ConfigurationFixture {
  private static final String SET = "iobuf_set_options";

  private RunningTarget waiting() throws IOException {
    return new RunningTarget(sockets, new StartOptions(null, false, true, null));
  }

  private static String config(RunningTarget target) throws IOException {
    return target.call("framework_get_config", "name", "iobuf").toString();
  }

  @Test
  void what_tools_of_the_field_save_is_taken_and_saved_again() throws IOException {
    Files.writeString(
        file,
        """
        {"subsystems": [{"subsystem": "iobuf", "config": [
          {"method": "iobuf_set_options", "params": {"small_pool_count": 8192,
           "large_pool_count": 1024, "small_bufsize": 8192, "large_bufsize": 135168,
           "enable_numa": false}}]}]}
        """);
    String saved =
        "[{\"method\":\"iobuf_set_options\",\"params\":{\"small_pool_count\":8192,"
            + "\"large_pool_count\":1024,\"small_bufsize\":8192,\"large_bufsize\":135168}}]";
    byte[] all;
    try (RunningTarget target = start(false)) {
      assertThat(config(target)).isEqualTo(saved);
      all = saved(target);
    }
    Files.write(file, all);
    try (RunningTarget target = start(false)) {
      assertThat(config(target)).isEqualTo(saved);
      assertThat(saved(target)).isEqualTo(all);
    }
  }

  @Test
  void what_is_not_told_stays_and_is_the_fields_default_at_first() throws IOException {
    try (RunningTarget target = waiting()) {
      target.call(SET, "small_pool_count", 64);
      target.call(SET, "large_bufsize", 8193);
      target.call("framework_start_init");
      assertThat(config(target))
          .contains(
              "{\"small_pool_count\":64,\"large_pool_count\":1024,"
                  + "\"small_bufsize\":8192,\"large_bufsize\":8193}");
      assertThat(target.refusal(SET).code()).isEqualTo(-1);
    }
  }

  @Test
  void nothing_is_saved_where_nothing_was_set() throws IOException {
    try (RunningTarget target = start()) {
      assertThat(config(target)).isEqualTo("[]");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "small_pool_count | 63          | small_pool_count 63 is not between 64 and 2147483647",
        "small_pool_count | 2147483648  | small_pool_count 2147483648 is not between",
        "small_pool_count | 2147483647  | make 17592324448256 bytes of buffers, more than 8589934592",
        "large_pool_count | 7           | large_pool_count 7 is not between 8 and 2147483647",
        "small_bufsize    | 4095        | small_bufsize 4095 is not between 4096 and 2097152",
        "small_bufsize    | 135168      | large_bufsize 135168 is not more than small_bufsize 135168",
        "small_bufsize    | 131073      | large_bufsize 135168 is not more than small_bufsize 131073",
        "large_bufsize    | 8192        | large_bufsize 8192 is not more than small_bufsize 8192",
        "large_bufsize    | 8191        | large_bufsize 8191 is not between 8192 and 2097152",
        "large_bufsize    | 2097153     | large_bufsize 2097153 is not between 8192 and 2097152",
      })
  void sizes_that_cannot_be_are_refused_and_not_kept(String name, long value, String sentence)
      throws IOException {
    try (RunningTarget target = waiting()) {
      RpcException refused = target.refusal(SET, name, value);
      assertThat(refused)
          .hasMessageStartingWith("Invalid argument: ")
          .hasMessageContaining(sentence);
      assertThat(refused.code()).isEqualTo(-22);
      target.call("framework_start_init");
      assertThat(config(target)).isEqualTo("[]");
    }
  }

  @Test
  void pools_of_each_node_are_refused_by_name() throws IOException {
    try (RunningTarget target = waiting()) {
      RpcException refused = target.refusal(SET, "enable_numa", true);
      assertThat(refused.code()).isEqualTo(RpcException.INVALID_PARAMS);
      assertThat(refused)
          .hasMessageContaining("'enable_numa' is true, which this version does not support");
    }
  }

  @Test
  void each_module_that_has_buffers_tells_what_it_lent() throws IOException {
    try (RunningTarget target = start()) {
      JsonNode modules = target.call("iobuf_get_stats");
      assertThat(modules)
          .extracting(module -> module.path("module").stringValue())
          .isEqualTo(List.of("bdev_aio", "bdev_nvme", "bdev_uring"));
      assertThat(modules.get(0).toString())
          .isEqualTo(
              "{\"module\":\"bdev_aio\",\"small_pool\":{\"cache\":0,\"main\":0,\"retry\":0},"
                  + "\"large_pool\":{\"cache\":0,\"main\":0,\"retry\":0}}");
    }
  }
}

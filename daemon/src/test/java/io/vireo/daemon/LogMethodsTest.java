package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.malloc.MallocModule;
import io.vireo.bdev.nulldev.NullModule;
import io.vireo.daemon.log.LogLevel;
import io.vireo.daemon.log.LogThreshold;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** What is logged can be changed while the target runs. */
@Timeout(60)
class LogMethodsTest {
  @TempDir Path dir;
  private RunningTarget target;

  @BeforeEach
  void start() throws IOException {
    target = new RunningTarget(dir);
  }

  @AfterEach
  void stop() throws IOException {
    target.call("log_clear_flag", "flag", "all");
    LogThreshold.PRINTED.level(LogLevel.INFO);
    LogThreshold.WRITTEN.level(LogLevel.NOTICE);
    target.close();
  }

  @ParameterizedTest
  @CsvSource({
    "log_get_level, log_set_level, NOTICE",
    "log_get_print_level, log_set_print_level, INFO"
  })
  void levels_are_the_fields_words_in_whatever_case(String get, String set, String first)
      throws IOException {
    assertThat(target.call(get).stringValue()).isEqualTo(first);
    assertThat(target.call(set, "level", "warning").booleanValue()).isTrue();
    assertThat(target.call(get).stringValue()).isEqualTo("WARNING");
    assertThat(target.refusal(set, "level", "LOUD"))
        .hasMessage(
            "Invalid argument: there is no log level 'LOUD': there are [ERROR, WARNING, NOTICE,"
                + " INFO, DEBUG]")
        .extracting(RpcException::code)
        .isEqualTo(-32602);
    assertThat(target.call(get).stringValue()).isEqualTo("WARNING");
  }

  @Test
  void every_bdev_module_has_a_flag() throws IOException {
    assertThat(target.call("log_get_flags").propertyNames())
        .containsExactlyInAnyOrder(
            "bdev",
            "bdev_aio",
            "bdev_delay",
            "bdev_error",
            "bdev_malloc",
            "bdev_null",
            "bdev_nvme",
            "bdev_passthru",
            "bdev_split",
            "bdev_uring",
            "linux",
            "memreg",
            "nvme",
            "reactor",
            "rpc",
            "vhost",
            "virtio");
    target.call("log_set_flag", "flag", "bdev_null");
    assertThat(LoggerFactory.getLogger(NullModule.class).isTraceEnabled()).isTrue();
    assertThat(LoggerFactory.getLogger(MallocModule.class).isTraceEnabled()).isFalse();
    target.call("log_clear_flag", "flag", "bdev_null");
    target.call("log_set_flag", "flag", "bdev_aio");
    assertThat(target.call("log_get_flags").path("bdev_uring").booleanValue())
        .as("both are io.vireo.bdev.uring")
        .isTrue();
  }

  @Test
  void a_flag_is_for_one_part_and_all_for_every_one() throws IOException {
    assertThat(target.call("log_get_flags").path("vhost").booleanValue()).isFalse();
    target.call("log_set_flag", "flag", "vhost");
    assertThat(target.call("log_get_flags").path("vhost").booleanValue()).isTrue();
    assertThat(target.call("log_get_flags").path("bdev").booleanValue()).isFalse();
    target.call("log_set_flag", "flag", "all");
    assertThat(target.call("log_get_flags"))
        .isNotEmpty()
        .allSatisfy(flag -> assertThat(flag.booleanValue()).isTrue());
    target.call("log_clear_flag", "flag", "all");
    assertThat(target.call("log_get_flags"))
        .allSatisfy(flag -> assertThat(flag.booleanValue()).isFalse());
    assertThat(target.refusal("log_set_flag", "flag", "nvmf"))
        .hasMessageStartingWith("Invalid argument: there is no log flag 'nvmf': there are bdev, ")
        .extracting(RpcException::code)
        .isEqualTo(-32602);
  }

  /** What becomes of lines: TargetProcessTest, which has a log of its own. */
  @Test
  void timestamps_are_wanted_or_not() throws IOException {
    assertThat(target.refusal("log_enable_timestamps").code()).isEqualTo(-32602);
    assertThat(target.refusal("log_enable_timestamps", "enabled", 1).code()).isEqualTo(-32602);
  }
}

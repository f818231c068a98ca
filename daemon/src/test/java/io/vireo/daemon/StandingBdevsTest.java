package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.daemon.config.RemoteConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Bdevs that stand on others, as clients of the field ask for them. */
class StandingBdevsTest {
  @TempDir private Path dir;

  private static void makeAll(RunningTarget target) throws IOException {
    target.malloc("m");
    assertThat(target.call("bdev_split_create", "base_bdev", "m", "split_count", 2).toString())
        .isEqualTo("[\"mp0\",\"mp1\"]");
    assertThat(target.call("bdev_error_create", "base_name", "mp0").booleanValue()).isTrue();
    JsonNode delay =
        target.call(
            "bdev_delay_create",
            "base_bdev_name",
            "EE_mp0",
            "name",
            "d",
            "avg_read_latency",
            15,
            "p99_read_latency",
            50,
            "avg_write_latency",
            40,
            "p99_write_latency",
            110);
    assertThat(delay.stringValue()).isEqualTo("d");
    assertThat(
            target.call("bdev_passthru_create", "base_bdev_name", "d", "name", "p").stringValue())
        .isEqualTo("p");
    target.call(
        "bdev_delay_update_latency",
        "delay_bdev_name",
        "d",
        "latency_type",
        "p99_read",
        "latency_us",
        1);
  }

  @Test
  void they_are_saved_and_come_back_on_what_they_stood_on() throws IOException {
    Path file = dir.resolve("config.json");
    String before;
    byte[] saved;
    try (RunningTarget target = new RunningTarget(dir)) {
      makeAll(target);
      target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "p");
      before = target.state();
      saved = new RemoteConfig(target.client).save();
    }
    Files.write(file, saved);
    try (RunningTarget target =
        new RunningTarget(dir, new StartOptions(file, false, false, null))) {
      assertThat(target.state()).isEqualTo(before);
      assertThat(new RemoteConfig(target.client).save()).isEqualTo(saved);
    }
  }

  /** As the field's files have it. */
  private static final String FIRST_THE_ROOF =
      """
      {"subsystems":[{"subsystem":"bdev","config":[
       {"method":"bdev_passthru_create","params":{"base_bdev_name":"mp1","name":"p"}},
       {"method":"bdev_split_create","params":{"base_bdev":"m","split_count":2}},
       {"method":"bdev_malloc_create","params":{"name":"m","num_blocks":8,"block_size":512}}]},
       {"subsystem":"vhost_blk","config":[
       {"method":"vhost_create_blk_controller","params":{"ctrlr":"c","dev_name":"p"}}]}]}
      """;

  private static List<String> names(RunningTarget target) throws IOException {
    return target.call("bdev_get_bdevs").valueStream().map(b -> b.path("name").asString()).toList();
  }

  @Test
  void a_file_may_name_them_before_what_they_stand_on() throws IOException {
    Path file = Files.writeString(dir.resolve("config.json"), FIRST_THE_ROOF);
    List<String> all = List.of("m", "mp0", "mp1", "p");
    try (RunningTarget target =
        new RunningTarget(dir, new StartOptions(file, false, false, null))) {
      assertThat(names(target)).isEqualTo(all);
      assertThat(target.call("vhost_get_controllers")).hasSize(1);
    }
    try (RunningTarget target = new RunningTarget(dir)) {
      assertThat(new RemoteConfig(target.client).load(file, told -> {})).isEqualTo(4);
      assertThat(names(target)).isEqualTo(all);
      assertThat(target.call("vhost_get_controllers")).hasSize(1);
    }
  }

  @Test
  void what_they_stand_on_must_come_at_last() throws IOException {
    Path file = dir.resolve("config.json");
    Files.writeString(file, FIRST_THE_ROOF.replace("\"name\":\"m\"", "\"name\":\"n\""));
    assertThatIOException()
        .isThrownBy(() -> new RunningTarget(dir, new StartOptions(file, false, false, null)))
        .withMessage(
            "%s: bdev[0], bdev_passthru_create: No such device: there is no bdev mp1", file);
  }

  @Test
  void errors_are_injected_by_the_words_of_the_field() throws IOException {
    try (RunningTarget target = new RunningTarget(dir)) {
      makeAll(target);
      for (String type : new String[] {"failure", "pending", "nomem"}) {
        assertThat(
                target
                    .call(
                        "bdev_error_inject_error",
                        "name",
                        "EE_mp0",
                        "io_type",
                        "unmap",
                        "error_type",
                        type)
                    .booleanValue())
            .isTrue();
      }
      assertThat(
              target
                  .refusal(
                      "bdev_error_inject_error",
                      "name",
                      "EE_mp0",
                      "io_type",
                      "all",
                      "error_type",
                      "corrupt_data")
                  .getMessage())
          .contains("corrupt_value 0 is not between 1 and 255");
      target.call(
          "bdev_error_inject_error", "name", "EE_mp0", "io_type", "clear", "error_type", "failure");
      target.call("bdev_error_resume_pending", "name", "EE_mp0");
    }
  }

  @Test
  void a_bdev_that_something_stands_on_is_shown_as_claimed_and_not_given_to_a_controller()
      throws IOException {
    try (RunningTarget target = new RunningTarget(dir)) {
      makeAll(target);
      JsonNode base = target.call("bdev_get_bdevs", "name", "d").get(0);
      assertThat(base.path("claimed").booleanValue()).isTrue();
      assertThat(
              target
                  .refusal("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "d")
                  .getMessage())
          .contains("bdev d is claimed by passthru bdev p");
      target.call("bdev_split_delete", "base_bdev", "m");
      assertThat(target.call("bdev_get_bdevs")).hasSize(1);
    }
  }
}

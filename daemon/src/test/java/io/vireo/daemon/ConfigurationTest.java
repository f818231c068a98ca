package io.vireo.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.daemon.config.RemoteConfig;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Configurations that are saved, loaded and kept true. */
@Timeout(60)
class ConfigurationTest {
  @TempDir Path dir;
  private Path sockets;
  private Path file;

  @BeforeEach
  void places() throws IOException {
    sockets = Files.createDirectory(dir.resolve("sockets"));
    file = dir.resolve("config.json");
  }

  private RunningTarget start() throws IOException {
    return new RunningTarget(sockets);
  }

  private RunningTarget start(boolean autosave) throws IOException {
    return new RunningTarget(sockets, new StartOptions(file, autosave, false, null));
  }

  private static void makeAll(RunningTarget target, Path folder) throws IOException {
    Path image = folder.resolve("disk.img");
    Files.write(image, new byte[1 << 20]);
    target.call("bdev_null_create", "name", "n0", "num_blocks", 8, "block_size", 4096);
    target.malloc("m0");
    target.malloc("m1", "uuid", "01234567-89ab-cdef-0123-456789abcdef");
    target.call("bdev_uring_create", "name", "u0", "filename", image.toString());
    Path other = folder.resolve("aio.img");
    Files.write(other, new byte[1 << 20]);
    target.call(
        "bdev_aio_create",
        "name",
        "a0",
        "filename",
        other.toString(),
        "block_size",
        512,
        "readonly",
        true,
        "fallocate",
        true);
    target.call("vhost_create_blk_controller", "ctrlr", "usual", "dev_name", "m0");
    String cpus = "0x" + Integer.toHexString(1 << target.target.reactors().cpus().nextSetBit(0));
    target.call(
        "vhost_create_blk_controller",
        "ctrlr",
        "special",
        "dev_name",
        "u0",
        "readonly",
        true,
        "cpumask",
        cpus,
        "serial",
        "A-1",
        "num_queues",
        3,
        "queue_size",
        256,
        "poll_pause_ns",
        500,
        "pin_guest_memory",
        false,
        "delay_base_us",
        100,
        "iops_threshold",
        50_000);
  }

  private static byte[] saved(RunningTarget target) throws IOException {
    return new RemoteConfig(target.client).save();
  }

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
  void a_controller_whose_bdev_has_gone_is_not_saved() throws IOException {
    try (RunningTarget target = start()) {
      target.malloc("m0");
      target.call("vhost_create_blk_controller", "ctrlr", "c0", "dev_name", "m0");
      target.call("bdev_malloc_delete", "name", "m0");
      assertThat(target.call("framework_get_config", "name", "vhost_blk")).isEmpty();
    }
  }

  @Test
  void subsystems_tell_what_comes_before_them() throws IOException {
    try (RunningTarget target = start()) {
      assertThat(target.call("framework_get_subsystems").toString())
          .isEqualTo(
              "[{\"subsystem\":\"bdev\",\"depends_on\":[]},"
                  + "{\"subsystem\":\"vhost_blk\",\"depends_on\":[\"bdev\"]}]");
      assertThat(target.refusal("framework_get_config", "name", "nvmf"))
          .hasMessage("Subsystem 'nvmf' not found: there are bdev, vhost_blk")
          .extracting(RpcException::code)
          .isEqualTo(-32602);
    }
  }

  @Test
  void autosave_makes_the_file_and_keeps_it_true() throws IOException {
    try (RunningTarget target = start(true)) {
      assertThat(file).isRegularFile();
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
      target.malloc("m0");
      assertThat(Files.readAllBytes(file)).isEqualTo(saved(target));
      target.call("vhost_create_blk_controller", "ctrlr", "c0", "dev_name", "m0");
      assertThat(Files.readAllBytes(file)).isEqualTo(saved(target));
      assertThat(Files.readString(file)).contains("c0");
      target.call("vhost_delete_controller", "ctrlr", "c0");
      assertThat(Files.readAllBytes(file)).isEqualTo(saved(target));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-r-----");
    }
    assertThat(Files.readString(file)).as("the end of a target changes nothing").contains("m0");
    try (RunningTarget target = start(true)) {
      assertThat(target.call("bdev_get_bdevs")).hasSize(1);
    }
  }

  @Test
  void what_changes_nothing_does_not_touch_the_file() throws IOException {
    Files.writeString(file, "{ \"subsystems\": [ ] }");
    try (RunningTarget target = start(true)) {
      target.call("bdev_get_bdevs");
      target.call("rpc_get_methods");
      target.call("framework_wait_init");
      target.refusal("bdev_malloc_delete", "name", "none");
      assertThat(Files.readString(file)).isEqualTo("{ \"subsystems\": [ ] }");
    }
  }

  @Test
  void a_file_behind_a_link_is_replaced_and_the_link_stays() throws IOException {
    Path real = Files.createDirectory(dir.resolve("real")).resolve("c.json");
    Files.writeString(real, "{\"subsystems\":[]}");
    Files.createSymbolicLink(file, real);
    try (RunningTarget target = start(true)) {
      target.malloc("m0");
      assertThat(file).isSymbolicLink();
      assertThat(Files.readAllBytes(real)).isEqualTo(saved(target));
      assertThat(real.getParent().toFile().list()).containsExactly("c.json");
    }
  }

  @Test
  void a_call_that_could_not_be_saved_says_so_and_the_next_one_saves_it_too() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("folder"));
    file = folder.resolve("c.json");
    Path elsewhere = dir.resolve("elsewhere");
    try (RunningTarget target = start(true)) {
      byte[] before = Files.readAllBytes(file);
      Files.move(folder, elsewhere);
      RpcException refusal =
          target.refusal("bdev_malloc_create", "name", "m0", "num_blocks", 8, "block_size", 512);
      assertThat(refusal)
          .hasMessage(
              "bdev_malloc_create was done but not saved: cannot write %s: its folder is not there;"
                  + " the file is as it was",
              file);
      assertThat(target.call("bdev_get_bdevs")).hasSize(1);
      assertThat(Files.readAllBytes(elsewhere.resolve("c.json"))).isEqualTo(before);
      Files.move(elsewhere, folder);
      target.malloc("m1");
      assertThat(Files.readString(file)).contains("m0", "m1");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [] | it is no object with an array 'subsystems'
          {'subsystems':{}} | it is no object with an array 'subsystems'
          {'subsystems':[],'more':1} | the file has an unknown member 'more'
          {'subsystems':[{'config':[]}]} | subsystems[0] has no string 'subsystem'
          {'subsystems':[{'subsystem':'bdev','config':5}]} | bdev: 'config' is 5, no array
          {'subsystems':[{'subsystem':'bdev','config':[{}]}]} | bdev[0] has no string 'method': {}
          {'subsystems':[{'subsystem':'bdev','config':[{'method':'no','params':{}}]}]} | bdev[0], no: Method not found: no
          {'subsystems':[{'subsystem':'bdev','config':[[{'method':'bdev_malloc_delete'}]]}]} | bdev[0][0], bdev_malloc_delete: Invalid parameters: parameter 'name' is missing
          """)
  void a_file_that_is_wrong_is_told_and_nothing_is_started(String json, String problem)
      throws IOException {
    Files.writeString(file, json.replace('\'', '"'));
    assertThatIOException().isThrownBy(() -> start(false)).withMessage(file + ": " + problem);
    assertThat(sockets).isEmptyDirectory();
  }

  @Test
  void all_that_is_wrong_in_a_file_is_told_at_once() throws IOException {
    Files.writeString(
        file,
        """
        {"subsystems": [{"subsystem": "bdev", "config": [
          {"method": "bdev_malloc_create", "params": {"num_blocks": 8, "block_size": 512}},
          {"method": "bdev_malloc_create", "params": {"num_blocks": "8", "block_size": 512}},
          {"method": "nbd_start_disk"}]}]}
        """);
    assertThatIOException()
        .isThrownBy(() -> start(false))
        .withMessage(
            file
                + ": bdev[1], bdev_malloc_create: Invalid parameters: parameter 'num_blocks' is"
                + " \"8\", not an integer\n"
                + file
                + ": bdev[2], nbd_start_disk: Method not found: nbd_start_disk");
  }

  @Test
  void an_entry_that_is_refused_ends_the_start_with_nothing_left() throws IOException {
    try (RunningTarget target = start()) {
      makeAll(target, dir);
      Files.write(file, saved(target));
    }
    Files.writeString(file, Files.readString(file).replace("disk.img", "lost.img"));
    assertThatIOException()
        .isThrownBy(() -> start(false))
        .withMessageStartingWith(
            file + ": bdev[3], bdev_uring_create: No such file or directory: ");
    assertThat(sockets).isEmptyDirectory();
  }

  @Test
  void a_file_that_is_not_there_is_told_unless_it_is_to_be_made() {
    assertThatIOException()
        .isThrownBy(() -> start(false))
        .withMessage("cannot read %s: there is no such file", file);
    file = dir.resolve("none/c.json");
    assertThatIOException()
        .isThrownBy(() -> start(true))
        .withMessage("cannot write %s: its folder is not there", file);
    assertThat(sockets).isEmptyDirectory();
  }

  @Test
  void a_file_is_loaded_into_a_target_that_runs_or_waits() throws IOException {
    Files.writeString(
        file,
        """
        {"subsystems": [{"subsystem": "bdev", "config": [
          {"method": "bdev_nvme_set_options", "params": {"bdev_retry_count": 7}},
          {"method": "bdev_malloc_create", "params": {"name": "m0", "num_blocks": 8, "block_size": 512}}]},
          {"subsystem": "scsi", "config": null}]}
        """);
    for (boolean waits : new boolean[] {false, true}) {
      try (RunningTarget target =
          new RunningTarget(sockets, new StartOptions(null, false, waits, null))) {
        List<String> skipped = new ArrayList<>();
        RemoteConfig config = new RemoteConfig(target.client);
        assertThat(config.load(file, skipped::add)).isEqualTo(2);
        assertThat(skipped).isEmpty();
        assertThat(target.call("bdev_get_bdevs")).hasSize(1);
        assertThat(new String(config.save(), UTF_8)).contains("\"bdev_retry_count\": 7");
        assertThatIOException()
            .isThrownBy(() -> config.load(file, skipped::add))
            .withMessage(
                file + ": bdev[1], bdev_malloc_create: File exists: bdev m0 exists already");
      }
    }
  }

  @Test
  void what_is_no_json_is_told_with_its_place() throws IOException {
    Files.writeString(file, "{\n  \"subsystems\": [,]\n}");
    assertThatIOException()
        .isThrownBy(() -> start(false))
        .withMessageMatching("\\Q" + file + "\\E is no JSON: .* at line 2, column \\d+");
  }
}

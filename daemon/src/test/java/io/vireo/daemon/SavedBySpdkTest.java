package io.vireo.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.daemon.config.ConfigLoader;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.linux.Cpu;
import io.vireo.linux.Errno;
import io.vireo.vhost.LogCapture;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** Files with entries of what is not here, such as those that SPDK's vhost target saves. */
class SavedBySpdkTest extends ConfigurationFixture {
  /** What of SPDK's file has no counterpart here, in the file's order. */
  private static final List<String> NOT_HERE =
      List.of(
          "sock_set_default_impl",
          "sock_impl_set_options",
          "accel_set_options",
          "bdev_raid_set_options",
          "bdev_iscsi_set_options",
          "vhost_create_scsi_controller",
          "vhost_scsi_controller_add_target",
          "vhost_start_scsi_controller",
          "framework_set_scheduler");

  @BeforeEach
  void saved() throws IOException {
    Path image = Files.write(dir.resolve("disk0.img"), new byte[1 << 20]);
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("saved-by-spdk.json"))) {
      String cpus = Long.toHexString(1L << Cpu.allowed().nextSetBit(0));
      Files.writeString(
          file,
          new String(in.readAllBytes(), UTF_8)
              .replace("/srv/disk0.img", image.toString())
              .replace("\"cpumask\": \"1\"", "\"cpumask\": \"" + cpus + "\""));
    }
  }

  private RunningTarget startWithWhatCanBe() throws IOException {
    return new RunningTarget(sockets, new StartOptions(file, false, true, false, null));
  }

  private static List<String> names(JsonNode objects, String name) {
    return objects.valueStream().map(object -> object.path(name).stringValue()).toList();
  }

  @Test
  void all_is_there_but_what_vireo_has_not_and_that_is_told_entry_by_entry() throws IOException {
    try (LogCapture log = new LogCapture(ConfigLoader.class);
        RunningTarget target = startWithWhatCanBe()) {
      List<String> lines = log.lines();
      assertThat(lines).hasSize(NOT_HERE.size() + 1);
      for (int i = 0; i < NOT_HERE.size(); i++) {
        String method = NOT_HERE.get(i);
        assertThat(lines.get(i))
            .startsWith(file + ": ")
            .endsWith("], %1$s: Method not found: %1$s: it is left out".formatted(method));
      }
      assertThat(lines.getLast()).isEqualTo(file + ": 9 entries were left out");
      assertThat(names(target.call("bdev_get_bdevs"), "name"))
          .containsExactly("Malloc0", "Null0", "Aio0", "Malloc0p0", "Malloc0p1", "Pass0", "Delay0");
      assertThat(target.call("bdev_get_bdevs", "name", "Delay0").get(0).path("uuid").stringValue())
          .isEqualTo("6a5e0f1c-3c39-5f5d-9d5f-0a47ff2a9c11");
      assertThat(names(target.call("vhost_get_controllers"), "ctrlr")).containsExactly("vhost.0");
      assertThat(sockets.resolve("vhost.0")).exists();
    }
  }

  @Test
  void what_is_saved_of_it_then_is_loaded_whole() throws IOException {
    String state;
    try (RunningTarget target = startWithWhatCanBe()) {
      state = target.state();
      Files.write(file, saved(target));
    }
    assertThat(Files.readString(file))
        .contains("iobuf_set_options", "bdev_set_options", "bdev_delay_create")
        .doesNotContain("bdev_nvme_set_options"); // all at their defaults
    try (RunningTarget target = start(false)) {
      assertThat(target.state()).isEqualTo(state);
    }
  }

  @Test
  void without_the_option_nothing_is_started_and_all_that_is_missing_is_told() {
    assertThatIOException()
        .isThrownBy(() -> start(false))
        .satisfies(
            e -> {
              List<String> lines = e.getMessage().lines().toList();
              assertThat(lines).hasSize(NOT_HERE.size());
              assertThat(lines).allMatch(line -> line.contains("Method not found"));
            });
    assertThat(sockets).isEmptyDirectory();
  }

  @Test
  void what_a_call_refuses_is_left_out_too_with_what_stands_on_it() throws IOException {
    Files.writeString(
        file,
        """
        {"subsystems": [{"subsystem": "bdev", "config": [
          {"method": "bdev_passthru_create", "params": {"base_bdev_name": "lost", "name": "p"}},
          {"method": "bdev_aio_create", "params": {"name": "lost", "filename": "/no/such/file"}},
          [{"method": "bdev_malloc_create", "params": {"name": "m", "num_blocks": "8", "block_size": 512}}],
          {"method": "bdev_malloc_create", "params": {"name": "m", "num_blocks": 8, "block_size": 512}},
          {"method": "bdev_malloc_create", "params": {"name": "m", "num_blocks": 16, "block_size": 512}}]},
         {"subsystem": "vhost_blk", "config": [
          {"method": "vhost_create_blk_controller", "params": {"ctrlr": "a", "dev_name": "p"}},
          {"method": "vhost_create_blk_controller", "params": {"ctrlr": "b", "dev_name": "m"}}]}]}
        """);
    try (LogCapture log = new LogCapture(ConfigLoader.class);
        RunningTarget target = startWithWhatCanBe()) {
      assertThat(target.call("bdev_get_bdevs")).hasSize(1);
      assertThat(target.call("bdev_get_bdevs").get(0).path("num_blocks").intValue()).isEqualTo(8);
      assertThat(names(target.call("vhost_get_controllers"), "ctrlr")).containsExactly("b");
      String out = ": it is left out";
      assertThat(log.lines().getFirst())
          .isEqualTo(
              file
                  + ": bdev[2][0], bdev_malloc_create: Invalid parameters: parameter 'num_blocks'"
                  + " is \"8\", not an integer"
                  + out);
      assertThat(log.lines().get(1))
          .startsWith(file + ": bdev[1], bdev_aio_create: No such file or directory: ")
          .endsWith(out);
      assertThat(log.lines().subList(2, 6))
          .containsExactly(
              file + ": bdev[4], bdev_malloc_create: File exists: bdev m exists already" + out,
              file + ": bdev[0], bdev_passthru_create: No such device: there is no bdev lost" + out,
              file
                  + ": vhost_blk[0], vhost_create_blk_controller: No such device: there is no bdev p"
                  + out,
              file + ": 5 entries were left out");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "{\"subsystems\": [{\"subsystem\": \"bdev\", \"config\": [7]}]}",
        "{\"subsystems\": [{\"config\": []}]}"
      })
  void what_is_no_file_of_entries_ends_the_start_all_the_same(String text) throws IOException {
    Files.writeString(file, text);
    try (LogCapture log = new LogCapture(ConfigLoader.class)) {
      assertThatIOException()
          .isThrownBy(this::startWithWhatCanBe)
          .withMessageStartingWith(file.toString());
      assertThat(log.lines()).isEmpty();
    }
    assertThat(sockets).isEmptyDirectory();
  }

  @Test
  void a_file_that_is_to_be_kept_true_must_be_whole() throws IOException {
    byte[] before = Files.readAllBytes(file);
    StringWriter said = new StringWriter();
    CommandLine line = Main.commandLine(() -> {}, "target");
    line.setErr(new PrintWriter(said));
    String[] words = {
      "target", "--json", file.toString(), "--autosave", "--json-ignore-init-errors"
    };
    assertThat(line.execute(words)).isEqualTo(1);
    assertThat(said.toString())
        .contains("--autosave and --json-ignore-init-errors exclude each other");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void a_drive_that_spdk_saved_is_refused_only_if_it_is_not_there() throws IOException {
    try (RunningTarget target = start()) {
      RpcException refusal =
          target.refusal(
              "bdev_nvme_attach_controller",
              "name",
              "Nvme0",
              "trtype",
              "PCIe",
              "traddr",
              "ffff:1f:1f.7",
              "prchk_reftag",
              false,
              "prchk_guard",
              false,
              "ctrlr_loss_timeout_sec",
              0,
              "reconnect_delay_sec",
              0,
              "fast_io_fail_timeout_sec",
              0,
              "hostnqn",
              "nqn.2014-08.org.nvmexpress:uuid:0f3c6bd4-24d1-4a5c-a62b-8a2b2f1f7b11",
              "hdgst",
              false,
              "ddgst",
              false,
              "multipath",
              "multipath",
              "multipath_opts",
              Map.of("policy", "active_passive"),
              "fabrics_connect_timeout_us",
              500_000,
              "num_io_queues",
              127);
      assertThat(refusal.code()).as(refusal.getMessage()).isEqualTo(-Errno.ENODEV);
    }
  }
}

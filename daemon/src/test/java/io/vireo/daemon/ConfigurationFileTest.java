package io.vireo.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.daemon.config.ConfigFile;
import io.vireo.daemon.config.RemoteConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Files that are loaded, and those that cannot be. */
class ConfigurationFileTest extends ConfigurationFixture {
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
          {"method": "nbd_start_disk"}, 7]}]}
        """);
    assertThatIOException()
        .isThrownBy(() -> start(false))
        .withMessage(
            file
                + ": bdev[3] has no string 'method': 7\n"
                + file
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
  void what_is_no_file_of_a_reasonable_size_is_not_read() throws IOException {
    for (String path : new String[] {"/dev/zero", "/dev/full", sockets.toString()}) {
      file = Path.of(path);
      assertThatIOException()
          .isThrownBy(() -> start(false))
          .withMessage("cannot read %s: it is no regular file", file);
    }
    file = dir.resolve("large");
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength((32 << 20) + 1);
    }
    assertThatIOException()
        .isThrownBy(() -> start(false))
        .withMessage("cannot read %s: it has more than 33554432 bytes", file);
    Files.writeString(file, "[".repeat(100_000));
    assertThatIOException()
        .isThrownBy(() -> start(false))
        .withMessageStartingWith(file + " is no JSON: Document nesting depth");
    Files.writeString(file, "{\"subsystems\":1e99999999999}");
    assertThatIOException()
        .isThrownBy(() -> start(false))
        .withMessageStartingWith(file + " is no JSON: ")
        .withMessageContaining("1e99999999999");
  }

  @Test
  void what_is_no_file_is_never_replaced_by_one() throws Exception {
    Path pipe = dir.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path link = Files.createSymbolicLink(dir.resolve("link"), pipe);
    for (Path path : new Path[] {pipe, link, sockets}) {
      assertThatIOException()
          .isThrownBy(() -> new ConfigFile(path))
          .withMessage("cannot write %s: it is no regular file", path);
    }
    assertThat(Files.isRegularFile(pipe)).isFalse();
    try (RunningTarget target = start()) {
      String socket = sockets.resolve("rpc.sock").toString();
      StringWriter said = new StringWriter();
      CommandLine line = Main.commandLine(() -> {}, "config");
      line.setErr(new PrintWriter(said));
      assertThat(line.execute("config", "save", "-s", socket, pipe.toString())).isEqualTo(1);
      assertThat(said.toString()).contains("cannot write " + pipe + ": it is no regular file");
      assertThat(target.call("bdev_get_bdevs")).isEmpty();
    }
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  @Test
  void comments_are_let_pass() throws IOException {
    Files.writeString(
        file,
        """
        // disks of the second rack
        {"subsystems": [{"subsystem": "bdev", "config": [ /* none yet */ ]}]}
        """);
    try (RunningTarget target = start(false)) {
      assertThat(target.call("bdev_get_bdevs")).isEmpty();
    }
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

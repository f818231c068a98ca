package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** Configurations whose files are kept true. */
class AutosaveTest extends ConfigurationFixture {
  private static final String BY_HAND =
      """
      {"subsystems": [{"subsystem": "bdev", "config": [
        {"method": "bdev_malloc_create",
         "params": {"name": "m0", "num_blocks": 8, "block_size": 512}}]}]}
      """;

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
    try (RunningTarget target = start(true)) {
      target.malloc("m0");
    }
    byte[] before = Files.readAllBytes(file);
    Object inode = inode();
    try (RunningTarget target = start(true)) {
      target.call("bdev_get_bdevs");
      target.call("rpc_get_methods");
      target.call("framework_wait_init");
      target.refusal("bdev_malloc_delete", "name", "none");
      assertThat(inode()).isEqualTo(inode);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  private Object inode() throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  @Test
  void what_a_file_leaves_to_chance_is_written_to_it_at_once() throws IOException {
    Files.writeString(file, BY_HAND);
    String uuid;
    try (RunningTarget target = start(true)) {
      uuid = target.call("bdev_get_bdevs").get(0).get("uuid").stringValue();
      assertThat(Files.readAllBytes(file)).isEqualTo(saved(target));
    }
    assertThat(file).content().contains(uuid);
    try (RunningTarget target = start(true)) {
      assertThat(target.call("bdev_get_bdevs").get(0).get("uuid").stringValue()).isEqualTo(uuid);
    }
  }

  @Test
  void a_target_that_cannot_write_its_file_does_not_start() throws IOException {
    Files.writeString(file, BY_HAND);
    Files.createDirectory(dir.resolve(".config.json.new")); // where it is written first
    assertThatIOException()
        .isThrownBy(() -> start(true))
        .withMessage("cannot write %s: Is a directory", file);
    assertThat(file).hasContent(BY_HAND);
    assertThat(sockets).isEmptyDirectory();
  }

  @Test
  void a_link_to_a_file_that_is_not_there_stays_one_and_the_file_is_made() throws IOException {
    Path real = Files.createDirectories(dir.resolve("elsewhere")).resolve("real.json");
    Files.createSymbolicLink(file, Path.of("elsewhere", "real.json"));
    try (RunningTarget target = start(true)) {
      target.malloc("m0");
      assertThat(file).isSymbolicLink();
      assertThat(Files.readAllBytes(real)).isEqualTo(saved(target));
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
}

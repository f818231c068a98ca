package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** Configurations whose files are kept true. */
class AutosaveTest extends ConfigurationFixture {
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
}

package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.bdev.module.BdevModule;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules in jars of a folder; that such a one works is for the examples. */
class PluginsTest {
  @TempDir Path dir;

  private void jar(String name, String module) throws IOException {
    try (OutputStream out = Files.newOutputStream(dir.resolve(name));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("META-INF/services/" + BdevModule.class.getName()));
      zip.write(module.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void without_a_folder_or_with_an_empty_one_there_are_the_usual_modules() throws IOException {
    assertThat(Plugins.modules(null))
        .extracting(BdevModule::name)
        .contains("malloc", "null", "uring", "nvme");
    Files.writeString(dir.resolve("readme.txt"), "no jar");
    assertThat(Plugins.modules(dir)).hasSameSizeAs(Plugins.modules(null));
  }

  @Test
  void a_folder_that_is_none_is_told() {
    Path none = dir.resolve("none");
    assertThatIOException()
        .isThrownBy(() -> Plugins.modules(none))
        .withMessage("plugins cannot be found in %s: it is no folder", none);
  }

  @Test
  void a_jar_whose_module_cannot_be_made_is_told() throws IOException {
    jar("a.jar", "io.example.Missing");
    assertThatIOException()
        .isThrownBy(() -> Plugins.modules(dir))
        .withMessageStartingWith("a bdev module cannot be loaded: ")
        .withMessageContaining("io.example.Missing");
  }

  @Test
  void a_jar_that_names_what_is_no_module_is_told() throws IOException {
    jar("a.jar", Target.class.getName());
    assertThatIOException()
        .isThrownBy(() -> Plugins.modules(dir))
        .withMessageContaining(Target.class.getName());
  }
}

package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

  private static List<String> names(Path folder) throws IOException {
    try (Plugins plugins = Plugins.in(folder)) {
      return plugins.modules().stream().map(BdevModule::name).toList();
    }
  }

  @Test
  void without_a_folder_or_with_an_empty_one_there_are_the_usual_modules() throws IOException {
    assertThat(names(null)).contains("malloc", "null", "uring", "nvme");
    Files.writeString(dir.resolve("readme.txt"), "no jar");
    assertThat(names(dir)).isEqualTo(names(null));
    try (Plugins plugins = Plugins.in(dir)) {
      assertThat(plugins.found()).isEqualTo("no bdev module");
    }
  }

  @Test
  void a_file_that_is_no_jar_is_told() throws IOException {
    jar("a.jar", "");
    Path broken = dir.resolve("b.jar");
    Files.writeString(broken, "no jar");
    assertThatIOException()
        .isThrownBy(() -> Plugins.in(dir))
        .withMessageStartingWith("plugin %s is no jar that can be read: ", broken);
    Files.delete(broken);
    Files.createSymbolicLink(broken, dir.resolve("none"));
    assertThatIOException()
        .isThrownBy(() -> Plugins.in(dir))
        .withMessageStartingWith("plugin %s is no jar that can be read: ", broken);
  }

  @Test
  @Timeout(60)
  void a_pipe_that_is_named_like_a_jar_is_not_waited_for() throws Exception {
    Path pipe = dir.resolve("a.jar");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatIOException()
        .isThrownBy(() -> Plugins.in(dir))
        .withMessageEndingWith("it is no regular file");
  }

  @Test
  void a_folder_that_is_none_is_told() {
    Path none = dir.resolve("none");
    assertThatIOException()
        .isThrownBy(() -> Plugins.in(none))
        .withMessage("plugins cannot be found in %s: it is no folder", none);
  }

  @Test
  void a_jar_whose_module_cannot_be_made_is_told() throws IOException {
    jar("a.jar", "io.example.Missing");
    assertThatIOException()
        .isThrownBy(() -> Plugins.in(dir))
        .withMessageStartingWith("a bdev module cannot be loaded: ")
        .withMessageContaining("io.example.Missing");
  }

  @Test
  void a_jar_that_names_what_is_no_module_is_told() throws IOException {
    jar("a.jar", Target.class.getName());
    assertThatIOException()
        .isThrownBy(() -> Plugins.in(dir))
        .withMessageContaining(Target.class.getName());
  }

  /** As one that was built for another version of what it stands on. */
  public static final class Outdated implements BdevModule {
    @Override
    public String name() {
      return "outdated";
    }

    @Override
    public List<Method<?>> methods(BdevContext context) {
      throw new NoSuchMethodError("BdevContext.gone()");
    }

    @Override
    public List<ConfigEntry> configuration(BdevContext context) {
      return List.of();
    }
  }

  @Test
  void a_module_that_fails_when_it_is_asked_for_its_methods_is_told_and_nothing_is_left()
      throws IOException {
    jar("a.jar", Outdated.class.getName());
    TargetOptions usual = RunningTarget.options(dir, "rpc.sock");
    TargetOptions options = usual.startingWith(new StartOptions(null, false, false, dir));
    assertThatIOException()
        .isThrownBy(() -> Target.start(options))
        .withMessage(
            "bdev module outdated cannot tell its methods: "
                + "java.lang.NoSuchMethodError: BdevContext.gone()");
    assertThat(dir.resolve("rpc.sock")).doesNotExist();
    Target.start(usual).close();
  }
}

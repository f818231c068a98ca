package io.vireo.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.malloc.MallocCreate;
import io.vireo.bdev.nvme.NvmeAttach;
import io.vireo.daemon.Target;
import io.vireo.daemon.TargetOptions;
import io.vireo.linux.Cpu;
import io.vireo.linux.Errno;
import io.vireo.vhost.ControllerOptions;
import io.vireo.virtio.blk.BlkDevice;
import io.vireo.virtio.blk.BlkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines that docs/embedding.md shows, as they are there. */
class EmbeddingTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @TempDir Path dir;
  private Target target;

  @BeforeEach
  void start() throws IOException {
    target = Target.start(TargetOptions.embedded(Cpu.allowed().nextSetBit(0), dir));
  }

  @AfterEach
  void close() throws IOException {
    target.close();
  }

  @Test
  void a_disk_is_made_and_goes_again() {
    target.call("bdev_malloc_create", new MallocCreate("memory", 512, 131_072));
    BlkDevice disk = BlkDevice.open(target.bdevs(), "memory", BlkOptions.DEFAULT.serial("M-1"));
    try {
      target.vhost().create("vm0", disk, ControllerOptions.DEFAULT.pinGuestMemory(false));
    } catch (RuntimeException e) {
      disk.close(); // it was not taken
      throw e;
    }
    assertThat(dir.resolve("vm0")).exists();

    target.vhost().delete("vm0"); // EBUSY while a front-end is connected
    disk.close();
    target.bdevs().unregister("memory");
    assertThat(dir).isEmptyDirectory();
    assertThat(target.bdevs().all()).isEmpty();
  }

  @Test
  void a_refusal_is_an_exception_with_a_sentence_and_changes_nothing() {
    assertThatThrownBy(() -> target.call("bdev_malloc_create", new MallocCreate("memory", 500, 8)))
        .isInstanceOf(BdevException.class)
        .hasMessageContaining("500");
    assertThatThrownBy(
            () ->
                target.call("bdev_nvme_attach_controller", new NvmeAttach("Nvme0", "ffff:1f:1f.7")))
        .isInstanceOfSatisfying(
            BdevException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV))
        .hasMessageContaining("ffff:1f:1f.7");
    assertThat(target.bdevs().all()).isEmpty();
  }

  /** Code that nobody runs goes stale: all of it stands in the example or in this test. */
  @Test
  void the_page_shows_code_that_is_run() throws IOException {
    List<String> run = new ArrayList<>();
    try (Stream<Path> sources = Files.walk(ROOT.resolve("examples/src"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        run.add(withoutIndents(Files.readString(source)));
      }
    }
    List<String> shown = new ArrayList<>();
    String page = Files.readString(ROOT.resolve("docs/embedding.md"));
    for (String part : page.split("```java\n", -1)) {
      shown.add(withoutIndents(part.substring(0, Math.max(0, part.indexOf("```")))));
    }
    shown.removeFirst();
    assertThat(shown).hasSizeGreaterThan(2);
    assertThat(shown).allSatisfy(code -> assertThat(run).anyMatch(all -> all.contains(code)));
  }

  private static String withoutIndents(String code) {
    return code.lines().map(String::strip).reduce("", (text, line) -> text + line + "\n");
  }
}

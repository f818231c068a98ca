package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A configuration file that is kept true has one target at a time. */
class KeptFileTest extends ConfigurationFixture {
  private RunningTarget another(String sockets, Path file) throws IOException {
    return new RunningTarget(
        Files.createDirectories(dir.resolve(sockets)), new StartOptions(file, true, false, null));
  }

  @Test
  void a_second_target_does_not_start_whatever_it_calls_the_file() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("folder"));
    file = folder.resolve("c.json");
    Path linkedFolder = Files.createSymbolicLink(dir.resolve("linked"), folder);
    Path link = Files.createSymbolicLink(dir.resolve("link.json"), file);
    try (RunningTarget target = start(true)) {
      for (int saves = 0; saves < 2; saves++) {
        target.malloc("m" + saves);
        byte[] before = Files.readAllBytes(file);
        for (Path name : List.of(file, linkedFolder.resolve("c.json"), link)) {
          assertThatIOException()
              .isThrownBy(() -> another("second", name))
              .withMessage("%s is kept by another target", file);
          assertThat(dir.resolve("second")).isEmptyDirectory();
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
      }
    }
    assertThat(folder.toFile().list()).containsExactly("c.json");
    try (RunningTarget next = another("second", link)) {
      assertThat(next.call("bdev_get_bdevs")).hasSize(2);
    }
  }

  @Test
  void other_files_of_the_folder_and_who_only_reads_are_not_hindered() throws IOException {
    try (RunningTarget target = start(true);
        RunningTarget other = another("second", dir.resolve("other.json"))) {
      target.malloc("m0");
      other.malloc("m1");
      Path third = Files.createDirectory(dir.resolve("third"));
      try (RunningTarget reader =
          new RunningTarget(third, new StartOptions(file, false, false, null))) {
        assertThat(reader.call("bdev_get_bdevs")).hasSize(1);
      }
    }
  }

  @Test
  void a_start_that_fails_leaves_the_file_to_others() throws IOException {
    Files.writeString(file, "{");
    assertThatIOException().isThrownBy(() -> start(true));
    Files.delete(file);
    try (RunningTarget target = start(true)) {
      assertThat(target.call("bdev_get_bdevs")).isEmpty();
    }
  }

  @Test
  void of_several_that_start_at_once_one_runs() throws Exception {
    int many = 4;
    CyclicBarrier together = new CyclicBarrier(many);
    try (ExecutorService threads = Executors.newFixedThreadPool(many)) {
      List<Callable<RunningTarget>> starts = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        String sockets = "s" + i;
        starts.add(
            () -> {
              together.await();
              return another(sockets, file);
            });
      }
      List<RunningTarget> running = new ArrayList<>();
      for (Future<RunningTarget> start : threads.invokeAll(starts)) {
        try {
          running.add(start.get());
        } catch (ExecutionException e) {
          assertThat(e.getCause()).hasMessage("%s is kept by another target", file);
        }
      }
      assertThat(running).hasSize(1);
      running.getFirst().close();
    }
  }
}

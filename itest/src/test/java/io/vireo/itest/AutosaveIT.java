package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code vireo target --autosave}: what is in the file whatever ends the target, or the disk. */
@Timeout(300)
class AutosaveIT {
  private static final int LIVES = 6;
  private static final int CLIENTS = 4;
  private static final int MOST_CALLS = 120;

  @TempDir Path dir;
  private Path small;

  @BeforeEach
  void mount() throws Exception {
    small = Files.createDirectory(dir.resolve("small"));
    Child.run(0, "mount", "-t", "tmpfs", "-o", "size=64k", "vireo-test", small.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    Child.run(0, "umount", small.toString());
  }

  private LaunchedTarget start(Path file) throws Exception {
    return new LaunchedTarget(dir, "--idle", "adaptive", "--config", file.toString(), "--autosave");
  }

  /** The names of the bdevs in a file; it must be whole. */
  private static Set<String> saved(Path file) throws IOException {
    Set<String> names = new TreeSet<>();
    for (JsonNode call :
        JsonMapper.shared().readTree(Files.readAllBytes(file)).findParents("method")) {
      names.add(call.path("params").path("name").stringValue());
    }
    return names;
  }

  private static Set<String> present(LaunchedTarget target) throws IOException {
    Set<String> names = new TreeSet<>();
    target
        .disks()
        .call("bdev_get_bdevs")
        .forEach(bdev -> names.add(bdev.path("name").stringValue()));
    return names;
  }

  /** Makes bdevs and deletes every other one, until the target is no more. */
  private final class Operator extends Thread {
    /** What a call was answered for, and so must be in the file. */
    final Set<String> made = new ConcurrentSkipListSet<>();

    final Set<String> deleted = new ConcurrentSkipListSet<>();

    /** The last call, whose answer may be missing. */
    volatile String last = "";

    private final String prefix;
    private final AtomicInteger answers;

    Operator(String prefix, AtomicInteger answers) {
      this.prefix = prefix;
      this.answers = answers;
    }

    @Override
    public void run() {
      try (JsonRpcClient client = new JsonRpcClient(dir.resolve("rpc.sock"))) {
        for (int i = 0; ; i++) {
          last = prefix + i;
          Map<String, Object> disk = Map.of("name", last, "num_blocks", 8, "block_size", 512);
          client.call("bdev_null_create", disk);
          made.add(last);
          answers.incrementAndGet();
          if (i % 2 == 0) {
            client.call("bdev_null_delete", Map.of("name", last));
            deleted.add(last);
            answers.incrementAndGet();
          }
        }
      } catch (IOException e) {
        // The target was killed, as it was to be.
      }
    }
  }

  /** Reads the file again and again: at each moment it is what a kill at that moment leaves. */
  private static final class Onlooker extends Thread {
    private final Path file;
    private volatile boolean enough;
    private int looks;
    private Throwable failure;

    Onlooker(Path file) {
      this.file = file;
      setUncaughtExceptionHandler((thread, e) -> failure = e);
    }

    @Override
    public void run() {
      for (; !enough; looks++) {
        try {
          saved(file);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    void requireWhole() throws InterruptedException {
      enough = true;
      join();
      assertThat(failure).isNull();
      assertThat(looks).isPositive();
    }
  }

  @Test
  void what_was_answered_is_in_the_file_of_a_target_that_is_killed_while_it_saves()
      throws Exception {
    Path file = dir.resolve("vireo.json");
    Random random = new Random(5);
    Set<String> before = new TreeSet<>();
    for (int life = 0; life < LIVES; life++) {
      try (LaunchedTarget target = start(file)) {
        assertThat(present(target)).isEqualTo(before);
        List<Operator> operators = new ArrayList<>();
        AtomicInteger answers = new AtomicInteger();
        for (int i = 0; i < CLIENTS; i++) {
          operators.add(new Operator("life" + life + "-" + i + "-", answers));
        }
        Onlooker onlooker = new Onlooker(file);
        onlooker.start();
        operators.forEach(Thread::start);
        int calls = 1 + random.nextInt(MOST_CALLS);
        Await.until("they are at work", () -> answers.get() >= calls);
        target.kill();
        for (Operator operator : operators) {
          operator.join();
        }
        onlooker.requireWhole();
        Set<String> now = saved(file);
        assertThat(now).containsAll(before);
        now.removeAll(before);
        for (Operator operator : operators) {
          Set<String> surely = new TreeSet<>(operator.made);
          surely.removeAll(operator.deleted);
          surely.remove(operator.last);
          assertThat(now).containsAll(surely);
          now.removeAll(surely);
          now.remove(operator.last);
        }
        assertThat(now).as("bdevs that were deleted").isEmpty();
      }
      before = saved(file);
    }
    assertThat(before).hasSizeGreaterThan(LIVES);
  }

  @Test
  void a_full_disk_is_told_in_the_answer_and_the_old_file_stays_until_there_is_room_again()
      throws Exception {
    Path file = small.resolve("vireo.json");
    Path ballast = small.resolve("ballast");
    try (LaunchedTarget target = start(file)) {
      target.disks().nulldev("first", 1);
      byte[] old = Files.readAllBytes(file);
      fill(ballast);
      RpcException full =
          target
              .disks()
              .refusal("bdev_null_create", "name", "second", "num_blocks", 8, "block_size", 512);
      assertThat(full)
          .hasMessage(
              "bdev_null_create was done but not saved: cannot write %s: No space left on device;"
                      .formatted(file)
                  + " the file is as it was");
      assertThat(full.code()).isEqualTo(RpcException.INTERNAL_ERROR);
      assertThat(Files.readAllBytes(file)).isEqualTo(old);
      assertThat(present(target)).containsExactly("first", "second");
      try (var files = Files.list(small)) {
        assertThat(files).containsExactlyInAnyOrder(file, ballast);
      }
      Files.delete(ballast);
      target.disks().nulldev("third", 1);
      assertThat(saved(file)).containsExactly("first", "second", "third");
      target.kill();
    }
    try (LaunchedTarget target = start(file)) {
      assertThat(present(target)).containsExactly("first", "second", "third");
    }
  }

  /** Leaves no byte free. */
  private static void fill(Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[4096]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left on device");
    }
  }
}

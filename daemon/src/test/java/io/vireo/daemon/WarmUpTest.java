package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class WarmUpTest {
  private static final Duration FOREVER = Duration.ofHours(1);

  /** Threads, mappings with a name of ours, and how many descriptors are open. */
  private record Traces(List<String> threads, List<String> mappings, int descriptors) {
    static Traces now() throws IOException {
      try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
        return new Traces(
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.matches("warm-up.*|reactor.*"))
                .toList(),
            maps.filter(line -> line.matches(".*(vireo|warm-up|io_uring).*")).toList(),
            new File("/proc/self/fd").list().length);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 300})
  void it_can_be_done_and_leaves_nothing(int limitMillis) throws IOException {
    WarmUp first = WarmUp.start(Duration.ofMillis(1)); // loads what stays: classes, libraries
    first.await(FOREVER);
    Traces before = Traces.now();
    WarmUp warmUp = WarmUp.start(Duration.ofMillis(limitMillis));
    warmUp.await(FOREVER);
    assertThat(warmUp.failure()).isEmpty();
    assertThat(Traces.now()).isEqualTo(before);
  }

  @Test
  void programs_that_embed_a_target_can_have_it_and_nothing_of_it_is_left() throws Exception {
    WarmUp.start(Duration.ofMillis(1)).await(FOREVER);
    Traces before = Traces.now();
    Thread caller = Thread.ofPlatform().start(() -> Target.warmUp(Duration.ofMillis(500)));
    boolean rehearses = false;
    while (caller.isAlive()) {
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (thread.getName().equals("warm-up")) {
          rehearses = true;
          thread.join();
        }
      }
    }
    assertThat(rehearses).isTrue();
    assertThat(Traces.now()).isEqualTo(before);
  }

  @Test
  void who_does_not_want_to_wait_for_all_of_it_does_not() {
    WarmUp warmUp = WarmUp.start(Duration.ofSeconds(1));
    warmUp.await(Duration.ZERO);
    assertThat(Thread.getAllStackTraces().keySet())
        .anyMatch(thread -> thread.getName().equals("warm-up"));
    warmUp.await(FOREVER);
  }
}

package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.uring.IoUring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DescriptorLeakTest {
  private static final List<String> KINDS =
      List.of("anon_inode:[eventfd]", "anon_inode:[eventpoll]", "anon_inode:[io_uring]", "/memfd:");

  @Test
  void closing_everything_leaves_the_descriptors_as_at_start() throws IOException {
    Map<String, Long> before = counts();
    for (int i = 0; i < 100; i++) {
      everything();
    }
    assertThat(counts()).isEqualTo(before);
  }

  @Test
  void failing_leaves_the_descriptors_as_at_start() throws IOException {
    Map<String, Long> before = counts();
    int memory = Libc.memfdCreate("leak", 0);
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> EventFd.adopt(memory)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> IoUring.create(4, new IoUring.Options(1)))
          .hasMessage("io_uring_setup of 4 entries: Invalid argument (EINVAL)");
    }
    Libc.close(memory);
    assertThat(counts()).isEqualTo(before);
  }

  private static void everything() {
    int copy = Libc.dup(0);
    try (EventFd event = EventFd.create();
        Epoll epoll = Epoll.create();
        IoUring ring = IoUring.create(4, IoUring.Options.DEFAULT)) {
      epoll.add(event.fd(), Epoll.EPOLLIN, 1);
      epoll.add(ring.fd(), Epoll.EPOLLIN, 2);
    }
    Libc.close(copy);
  }

  /** How many descriptors of each of our kinds are open; the JVM opens others when it likes. */
  private static Map<String, Long> counts() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors
          .map(DescriptorLeakTest::target)
          .flatMap(target -> KINDS.stream().filter(target::startsWith))
          .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // the listing's own descriptor has gone
    }
  }
}

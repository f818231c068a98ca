package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketPathTest {
  @TempDir Path dir;
  private Path path;

  @BeforeEach
  void name() {
    path = dir.resolve("socket");
  }

  private SocketPath claim() throws IOException {
    return new SocketPath(path, UnixSocket.MAX_PATH_BYTES);
  }

  private UnixSocket listen() {
    return UnixSocket.listen(path, 0600, 1);
  }

  private static void assertRefused(int errno, String message, ThrowingCallable operation) {
    assertThatExceptionOfType(SocketPathException.class)
        .isThrownBy(operation)
        .withMessage(message)
        .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @Test
  void who_has_a_path_listens_there_and_leaves_nothing_behind() throws IOException {
    SocketPath claim = claim();
    try (UnixSocket socket = claim.bind(this::listen)) {
      assertThat(dir.toFile().list()).containsExactly("socket");
      assertThat(UnixSocket.isListening(path)).isTrue();
      assertThat(socket.accept()).isPresent();
      claim.release();
      assertThat(dir).isEmptyDirectory();
      claim.release();
    }
  }

  @Test
  void a_socket_that_a_dead_process_left_is_replaced() throws IOException {
    listen().close();
    assertThat(path).exists();
    try (UnixSocket socket = claim().bind(this::listen)) {
      assertThat(UnixSocket.isListening(path)).isTrue();
      assertThat(socket.accept()).isPresent();
    }
  }

  @Test
  void a_socket_that_somebody_listens_at_is_not_replaced() throws IOException {
    try (UnixSocket other = listen()) {
      SocketPath claim = claim();
      assertRefused(
          Errno.EADDRINUSE,
          "another program listens at socket " + path,
          () -> claim.bind(this::listen));
      claim.release();
      assertThat(UnixSocket.isListening(path)).isTrue();
      assertThat(other.accept()).isPresent();
    }
  }

  @Test
  void a_file_that_is_no_socket_is_not_replaced() throws IOException {
    Files.writeString(path, "precious");
    assertRefused(
        Errno.EEXIST, path + " exists and is no socket", () -> claim().bind(this::listen));
    assertThat(path).hasContent("precious");
  }

  @Test
  void a_link_is_no_socket_wherever_it_leads() throws IOException {
    Path target = dir.resolve("target");
    UnixSocket.listen(target, 0600, 1).close();
    Files.createSymbolicLink(path, target);
    assertRefused(
        Errno.EEXIST, path + " exists and is no socket", () -> claim().bind(this::listen));
    assertThat(target).exists();
  }

  @Test
  void a_file_that_is_anothers_by_now_stays() throws IOException {
    SocketPath claim = claim();
    try (UnixSocket robbed = claim.bind(this::listen)) {
      assertThat(robbed.accept()).isEmpty();
      Files.delete(path);
      try (UnixSocket other = listen()) {
        claim.release();
        assertThat(UnixSocket.isListening(path)).isTrue();
        assertThat(other.accept()).isPresent();
      }
    }
  }

  @Test
  void who_could_not_bind_removes_nothing() throws IOException {
    SocketPath claim = claim();
    assertThatIOException()
        .isThrownBy(
            () ->
                claim.bind(
                    () -> {
                      throw new IOException("no more sockets");
                    }))
        .withMessage("no more sockets");
    listen().close();
    claim.release();
    assertThat(path).exists();
  }

  @Test
  void of_two_who_replace_the_same_dead_socket_one_gets_it() throws Exception {
    try (ExecutorService both = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 50; i++) {
        listen().close();
        List<Callable<Boolean>> attempts = List.of(this::gets, this::gets);
        int winners = 0;
        for (Future<Boolean> won : both.invokeAll(attempts)) {
          winners += won.get() ? 1 : 0;
        }
        assertThat(winners).isEqualTo(1);
        assertThat(UnixSocket.isListening(path)).isTrue();
        winner.close();
        Files.delete(path);
      }
    }
  }

  private volatile UnixSocket winner;

  private boolean gets() throws IOException {
    try {
      winner = claim().bind(this::listen);
      return true;
    } catch (SocketPathException e) {
      assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE);
      return false;
    }
  }

  @Test
  void a_longer_path_than_can_be_bound_is_refused() throws IOException {
    Path longest = dir.resolve("x".repeat(99 - dir.toString().length()));
    new SocketPath(longest, 100).bind(() -> UnixSocket.listen(longest, 0600, 1)).close();
    assertRefused(
        Errno.ENAMETOOLONG,
        "socket path %sx has 101 bytes, more than 100".formatted(longest),
        () -> new SocketPath(Path.of(longest + "x"), 100));
  }

  @Test
  void a_missing_directory_is_told() throws IOException {
    path = dir.resolve("none/socket");
    SocketPath claim = claim();
    assertRefused(
        Errno.ENOENT,
        "no socket can be made at %s: open of %s: No such file or directory (ENOENT)"
            .formatted(path, path.getParent()),
        () -> claim.bind(this::listen));
    claim.release();
  }

  @Test
  void a_locked_directory_is_waited_for() throws Exception {
    int directory = lockDirectory();
    Thread binder = Thread.ofPlatform().start(() -> assertThat(get()).isTrue());
    assertThat(binder.join(Duration.ofMillis(200))).isFalse();
    assertThat(dir).isEmptyDirectory();
    Libc.close(directory);
    binder.join();
    assertThat(UnixSocket.isListening(path)).isTrue();
    winner.close();
  }

  private boolean get() {
    try {
      return gets();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Anybody who may read a directory can lock it: no target must hang because of that. */
  @Test
  void a_directory_that_stays_locked_is_told_and_the_file_is_left() throws IOException {
    SocketPath claim = new SocketPath(path, UnixSocket.MAX_PATH_BYTES, Duration.ofMillis(20));
    try (UnixSocket socket = claim.bind(this::listen)) {
      int directory = lockDirectory();
      claim.release();
      assertThat(path).exists();
      assertRefused(
          Errno.EBUSY,
          "no socket can be made at " + path + ": another program locks its directory",
          () -> claim.bind(this::listen));
      Libc.close(directory);
      assertThat(socket.accept()).isEmpty();
      claim.release();
      assertThat(dir).isEmptyDirectory();
    }
  }

  private int lockDirectory() {
    int directory = Libc.open(dir.toString(), Libc.O_RDONLY, 0);
    assertThat(Libc.tryLock(directory)).isTrue();
    return directory;
  }
}

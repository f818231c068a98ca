package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockedSocketPathTest {
  @TempDir Path dir;
  private Path path;
  private Path lock;

  @BeforeEach
  void name() {
    path = dir.resolve("socket");
    lock = dir.resolve("socket.lock");
  }

  private LockedSocketPath claim() throws IOException {
    return LockedSocketPath.claim(path, UnixSocket.MAX_PATH_BYTES);
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
  void who_has_a_path_holds_its_lock_and_leaves_nothing_behind() throws IOException {
    LockedSocketPath claim = claim();
    try (UnixSocket socket = claim.bind(this::listen)) {
      assertThat(socket.accept()).isEmpty();
      assertThat(dir.toFile().list()).containsExactlyInAnyOrder("socket", "socket.lock");
      assertRefused(
          Errno.EADDRINUSE,
          "another program uses socket %s: it holds the lock of %s".formatted(path, lock),
          this::claim);
      assertThat(UnixSocket.isListening(path)).isTrue();
      claim.release();
      assertThat(dir).isEmptyDirectory();
      claim.release();
    }
  }

  @Test
  void who_holds_the_lock_and_does_not_listen_yet_has_the_path() throws IOException {
    int other = Libc.open(lock.toString(), Libc.O_RDWR | Libc.O_CREAT, 0600);
    assertThat(Libc.tryLock(other)).isTrue();
    assertThatExceptionOfType(SocketPathException.class)
        .isThrownBy(this::claim)
        .withMessageContaining(lock.toString());
    assertThat(dir.toFile().list()).containsExactly("socket.lock");
    Libc.close(other);
    LockedSocketPath claim = claim();
    claim.bind(this::listen).close();
    claim.release();
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void a_path_is_had_before_anybody_listens() throws IOException {
    LockedSocketPath claim = claim();
    assertThat(dir.toFile().list()).containsExactly("socket.lock");
    assertThatExceptionOfType(SocketPathException.class).isThrownBy(this::claim);
    claim.release();
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void what_a_dead_process_left_is_replaced() throws IOException {
    listen().close();
    Files.createFile(lock);
    LockedSocketPath claim = claim();
    try (UnixSocket socket = claim.bind(this::listen)) {
      assertThat(UnixSocket.isListening(path)).isTrue();
      assertThat(socket.accept()).isPresent();
      claim.release();
    }
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void who_listens_without_a_lock_is_not_replaced() throws IOException {
    try (UnixSocket other = listen()) {
      assertRefused(Errno.EADDRINUSE, "another program listens at socket " + path, this::claim);
      assertThat(UnixSocket.isListening(path)).isTrue();
      assertThat(other.accept()).isPresent();
    }
    assertThat(lock).doesNotExist();
  }

  @Test
  void who_listens_since_the_claim_is_not_replaced() throws IOException {
    LockedSocketPath claim = claim();
    try (UnixSocket other = listen()) {
      assertRefused(
          Errno.EADDRINUSE,
          "another program listens at socket " + path,
          () -> claim.bind(this::listen));
      assertThat(UnixSocket.isListening(path)).isTrue();
      assertThat(other.accept()).isPresent();
    }
    assertThat(lock).doesNotExist();
  }

  @Test
  void who_could_not_bind_keeps_no_lock() throws IOException {
    LockedSocketPath claim = claim();
    assertThatIOException()
        .isThrownBy(
            () ->
                claim.bind(
                    () -> {
                      throw new IOException("no more sockets");
                    }))
        .withMessage("no more sockets");
    assertThat(dir).isEmptyDirectory();
  }

  /** As in a folder that is read-only by now. */
  @Test
  void what_cannot_be_removed_stays_and_the_lock_is_given_up() throws IOException {
    LockedSocketPath claim = claim();
    claim.bind(() -> Files.createDirectories(path.resolve("full")));
    claim.release();
    assertThat(dir.toFile().list()).containsExactly("socket");
  }

  @Test
  void a_lock_file_that_cannot_be_had_is_told() throws IOException {
    Files.createDirectory(lock);
    assertRefused(
        21 /* EISDIR */,
        "no socket can be made at %s: open of %s: Is a directory (EISDIR)".formatted(path, lock),
        this::claim);
    path = dir.resolve("none/socket");
    assertRefused(
        Errno.ENOENT,
        "no socket can be made at %s: open of %s.lock: No such file or directory (ENOENT)"
            .formatted(path, path),
        this::claim);
  }
}

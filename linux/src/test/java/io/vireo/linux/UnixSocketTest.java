package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
  private static final int AGAIN = -Errno.EAGAIN;

  @TempDir Path dir;

  private final UnixSocket[] pair = UnixSocket.pair();
  private final byte[] buffer = new byte[8192];
  private final List<Integer> fds = new ArrayList<>();

  @AfterEach
  void close() {
    pair[0].close();
    pair[1].close();
    fds.forEach(Libc::close);
  }

  private int receive() {
    return pair[1].receive(buffer, 0, buffer.length, fds::add);
  }

  @Test
  void bytes_arrive_once_they_are_sent() {
    assertThat(receive()).isEqualTo(AGAIN);
    assertThat(pair[0].send(new byte[] {1, 2, 3, 4}, 1, 2, 0)).isEqualTo(2);
    assertThat(receive()).isEqualTo(2);
    assertThat(buffer).startsWith(2, 3);
    assertThat(receive()).isEqualTo(AGAIN);
  }

  @Test
  void the_end_of_the_stream_is_zero_bytes() {
    pair[0].close();
    assertThat(receive()).isZero();
  }

  @Test
  void sending_to_who_is_gone_is_an_error_number_and_no_signal() {
    pair[1].close();
    assertThat(pair[0].send(new byte[1], 0, 1, 0)).isEqualTo(-Errno.EPIPE);
  }

  @Test
  void a_full_socket_is_told_instead_of_waiting() {
    byte[] much = new byte[4096];
    int sent;
    do {
      sent = pair[0].send(much, 0, much.length, Libc.MSG_DONTWAIT);
    } while (sent > 0);
    assertThat(sent).isEqualTo(AGAIN);
  }

  @Test
  void a_descriptor_arrives_with_the_first_byte_and_is_another_one_of_the_same_file() {
    int memfd = Libc.memfdCreate("passed", 0);
    pair[0].send(new byte[12], 0, 12, 0, memfd);
    assertThat(pair[1].receive(buffer, 0, 1, fds::add)).isEqualTo(1);
    assertThat(fds).hasSize(1).doesNotContain(memfd);
    assertThat(FileStat.of(fds.get(0)).inode()).isEqualTo(FileStat.of(memfd).inode());
    assertThat(receive()).isEqualTo(11);
    assertThat(fds).hasSize(1);
    Libc.close(memfd);
  }

  @Test
  void as_many_descriptors_as_the_kernel_passes_arrive_and_none_is_lost() {
    int[] many = IntStream.range(0, UnixSocket.MAX_FDS).map(i -> pair[0].fd()).toArray();
    int before = openFds();
    assertThat(pair[0].send(new byte[1], 0, 1, 0, many)).isEqualTo(1);
    assertThat(receive()).isEqualTo(1);
    assertThat(fds).hasSize(UnixSocket.MAX_FDS);
    fds.forEach(Libc::close);
    fds.clear();
    assertThat(openFds()).isEqualTo(before);
  }

  @Test
  void one_descriptor_more_than_the_kernel_passes_is_refused() {
    assertThatThrownBy(() -> pair[0].send(new byte[1], 0, 1, 0, new int[UnixSocket.MAX_FDS + 3]))
        .hasMessage("256 descriptors do not fit in one message");
  }

  @Test
  void who_listens_has_the_mode_asked_for_and_accepts_who_connects() throws IOException {
    Path path = dir.resolve("s");
    try (UnixSocket server = UnixSocket.listen(path, 0662, 8)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-rw--w-");
      assertThat(server.accept()).isEmpty();
      try (UnixSocket client = UnixSocket.connect(path);
          UnixSocket peer = server.accept().orElseThrow()) {
        client.send(new byte[] {7}, 0, 1, 0);
        assertThat(peer.receive(buffer, 0, 1, fds::add)).isEqualTo(1);
      }
    }
  }

  @Test
  void a_live_socket_is_told_from_a_dead_one_and_from_none() throws IOException {
    Path path = dir.resolve("s");
    assertThat(UnixSocket.isListening(path)).isFalse();
    UnixSocket server = UnixSocket.listen(path, 0600, 0);
    assertThat(UnixSocket.isListening(path)).isTrue();
    assertThat(UnixSocket.isListening(path)).isTrue(); // the backlog is full now
    server.close();
    assertThat(path).exists();
    assertThat(UnixSocket.isListening(path)).isFalse();
    Files.delete(path);
  }

  @Test
  void a_path_in_use_is_refused_and_nothing_stays_open() {
    Path path = dir.resolve("s");
    UnixSocket.listen(path, 0600, 1).close();
    int before = openFds();
    assertThatThrownBy(() -> UnixSocket.listen(path, 0600, 1))
        .hasMessage("bind to " + path + ": Address already in use (EADDRINUSE)");
    assertThat(openFds()).isEqualTo(before);
  }

  @Test
  void a_path_longer_than_107_bytes_is_refused() {
    Path fits = Path.of("/" + "x".repeat(106));
    Path tooLong = Path.of("/" + "x".repeat(107));
    assertThatThrownBy(() -> UnixSocket.connect(fits)).hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> UnixSocket.connect(tooLong))
        .hasMessage("socket path " + tooLong + " has 108 bytes, more than 107");
  }

  @Test
  void a_descriptor_that_is_no_socket_is_not_adopted_and_stays_the_callers() {
    int memfd = Libc.memfdCreate("none", 0);
    assertThatThrownBy(() -> UnixSocket.adopt(memfd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("descriptor " + memfd + " is /memfd:none (deleted), not a socket");
    Libc.close(memfd);
  }

  private static int openFds() {
    return new File("/proc/self/fd").list().length;
  }
}

package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketKindTest {
  @Test
  void one_that_listens_is_told_from_one_that_is_connected(@TempDir Path dir) {
    try (UnixSocket listening = UnixSocket.listen(dir.resolve("s"), 0600, 1);
        UnixSocket connected = UnixSocket.connect(dir.resolve("s"))) {
      assertThat(SocketKind.of(listening.fd())).isEqualTo(new SocketKind(true, true, false));
      assertThat(SocketKind.of(connected.fd())).isEqualTo(new SocketKind(true, false, true));
    }
  }

  @Test
  void one_of_packets_is_no_stream() {
    int[] pair = Libc.socketpair(Libc.SOCK_SEQPACKET);
    assertThat(SocketKind.of(pair[0])).isEqualTo(new SocketKind(false, false, true));
    Libc.close(pair[0]);
    Libc.close(pair[1]);
  }

  @Test
  void what_is_no_socket_or_not_open_is_refused() {
    try (EventFd other = EventFd.create()) {
      assertErrno(Errno.ENOTSOCK, other.fd());
    }
    assertErrno(Errno.EBADF, -1);
  }

  private static void assertErrno(int errno, int fd) {
    assertThatThrownBy(() -> SocketKind.of(fd))
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }
}

package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibcTest {
  private static final int RW = Libc.PROT_READ | Libc.PROT_WRITE;
  private static final int ANONYMOUS = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS;

  @TempDir Path dir;

  @Test
  void a_missing_file_is_told_with_its_path() {
    assertThatThrownBy(() -> Libc.open(dir + "/none", Libc.O_RDONLY, 0))
        .isInstanceOf(ErrnoException.class)
        .hasMessage("open of " + dir + "/none: No such file or directory (ENOENT)");
  }

  @Test
  void bytes_travel_through_a_file() throws IOException {
    Path path = dir.resolve("file");
    int fd = Libc.open(path.toString(), Libc.O_RDWR | Libc.O_CREAT, 0600);
    long page = Libc.mmap(0, 4096, RW, ANONYMOUS, -1, 0);
    try {
      Mem.fill(page, 4096, (byte) 0x5a);
      assertThat(Libc.pwrite(fd, page, 100, 1000)).isEqualTo(100);
      Libc.fdatasync(fd);
      Mem.fill(page, 4096, (byte) 0);
      assertThat(Libc.pread(fd, page, 4096, 1000)).isEqualTo(100);
      assertThat(Mem.getByte(page + 99)).isEqualTo((byte) 0x5a);
      assertThat(Mem.getByte(page + 100)).isZero();
      assertThat(Libc.pread(fd, page, 4096, 1100)).isZero();
      assertThat(Files.size(path)).isEqualTo(1100);
    } finally {
      Libc.munmap(page, 4096);
      Libc.close(fd);
    }
  }

  @Test
  void two_mappings_of_a_memfd_are_one_memory() {
    int fd = Libc.memfdCreate("vireo-test", 0);
    Libc.ftruncate(fd, 8192);
    assertThat(Libc.fdTarget(fd)).isEqualTo("/memfd:vireo-test (deleted)");
    long a = Libc.mmap(0, 8192, RW, Libc.MAP_SHARED, fd, 0);
    long b = Libc.mmap(0, 4096, RW, Libc.MAP_SHARED, fd, 4096);
    Libc.close(fd);
    Mem.putLong(a + 4096, 42);
    assertThat(Mem.getLong(b)).isEqualTo(42);
    Libc.munmap(a, 8192);
    Libc.munmap(b, 4096);
  }

  @Test
  void impossible_mappings_are_told_with_their_size() {
    assertThatThrownBy(() -> Libc.mmap(0, 4096, RW, Libc.MAP_SHARED, -1, 0))
        .hasMessage("mmap of 4096 bytes: Bad file descriptor (EBADF)");
    assertThatThrownBy(() -> Libc.munmap(1, 4096))
        .hasMessage("munmap of 4096 bytes: Invalid argument (EINVAL)");
  }

  @Test
  void poll_tells_which_descriptors_are_ready() {
    int[] pair = Libc.socketpair(Libc.SOCK_STREAM);
    try (EventFd event = EventFd.create()) {
      int[] fds = {pair[0], event.fd()};
      int[] events = {Libc.POLLIN, Libc.POLLIN};
      assertThat(Libc.poll(fds, events, 0)).isZero();
      assertThat(events).containsExactly(0, 0);
      event.signal();
      Libc.close(pair[1]);
      events = new int[] {Libc.POLLIN, Libc.POLLIN};
      assertThat(Libc.poll(fds, events, -1)).isEqualTo(2);
      assertThat(events).containsExactly(Libc.POLLIN | Libc.POLLHUP, Libc.POLLIN);
    }
    Libc.close(pair[0]);
  }

  @Test
  void a_lock_is_held_against_every_other_opening_until_it_is_closed() {
    String path = dir.resolve("lock").toString();
    int first = Libc.open(path, Libc.O_RDWR | Libc.O_CREAT, 0600);
    int second = Libc.open(path, Libc.O_RDWR, 0);
    assertThat(Libc.tryLock(first)).isTrue();
    assertThat(Libc.tryLock(second)).isFalse();
    Libc.close(Libc.open(path, Libc.O_RDWR, 0)); // would end a lock of fcntl's
    assertThat(Libc.tryLock(second)).isFalse();
    Libc.close(first);
    assertThat(Libc.tryLock(second)).isTrue();
    Libc.close(second);
  }
}

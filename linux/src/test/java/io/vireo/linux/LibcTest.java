package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
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

  @Test
  void a_duplicate_is_another_descriptor_of_the_same_file() {
    int fd = Libc.memfdCreate("twice", 0);
    int copy = Libc.dup(fd);
    assertThat(copy).isNotEqualTo(fd);
    assertThat(FileStat.of(copy).inode()).isEqualTo(FileStat.of(fd).inode());
    Libc.close(fd);
    Libc.ftruncate(copy, 4096);
    assertThat(FileStat.of(copy).sizeBytes()).isEqualTo(4096);
    Libc.close(copy);
    assertThatThrownBy(() -> Libc.dup(copy))
        .hasMessage("dup of descriptor " + copy + ": Bad file descriptor (EBADF)");
  }

  @Test
  void a_descriptor_is_closed_once() {
    int fd = Libc.memfdCreate("once", 0);
    Libc.close(fd);
    assertThatThrownBy(() -> Libc.close(fd))
        .hasMessage("close of descriptor " + fd + ": Bad file descriptor (EBADF)");
  }

  @Test
  void a_hole_gives_its_space_back() {
    int fd = Libc.memfdCreate("hole", 0);
    Libc.fallocate(fd, 0, 0, 16384);
    assertThat(FileStat.of(fd).allocatedBytes()).isEqualTo(16384);
    Libc.fallocate(fd, Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE, 4096, 8192);
    assertThat(FileStat.of(fd).allocatedBytes()).isEqualTo(8192);
    assertThatThrownBy(() -> Libc.fallocate(fd, 0, 0, 0))
        .hasMessage("fallocate with mode 0 of 0 bytes at 0: Invalid argument (EINVAL)");
    assertThatThrownBy(() -> Libc.fallocate(fd, Libc.FALLOC_FL_ZERO_RANGE, 0, 4096))
        .hasMessageEndingWith("Operation not supported (EOPNOTSUPP)"); // tmpfs has none
    Libc.close(fd);
  }

  @Test
  void memory_that_is_not_needed_reads_as_zero_afterwards() {
    long page = Libc.mmap(0, 4096, RW, ANONYMOUS, -1, 0);
    Mem.putLong(page, 42);
    Libc.madvise(page, 4096, Libc.MADV_DONTNEED);
    assertThat(Mem.getLong(page)).isZero();
    assertThatThrownBy(() -> Libc.madvise(page + 1, 4096, Libc.MADV_DONTNEED))
        .hasMessage("madvise with advice 4 of 4096 bytes: Invalid argument (EINVAL)");
    Libc.munmap(page, 4096);
  }

  @Test
  void what_is_sent_arrives_and_a_full_or_broken_socket_answers_an_errno() {
    int[] pair = Libc.socketpair(Libc.SOCK_STREAM);
    long page = Libc.mmap(0, 4096, RW, ANONYMOUS, -1, 0);
    int[] events = {Libc.POLLIN};
    assertThat(Libc.send(pair[0], page, 100, Libc.MSG_NOSIGNAL)).isEqualTo(100);
    assertThat(Libc.poll(new int[] {pair[1]}, events, -1)).isEqualTo(1);
    Libc.setNonBlocking(pair[0]);
    long sent = 1;
    for (int i = 0; i < 100_000 && sent > 0; i++) {
      sent = Libc.send(pair[0], page, 4096, Libc.MSG_NOSIGNAL);
    }
    assertThat(sent).isEqualTo(-Errno.EAGAIN);
    Libc.close(pair[1]);
    assertThat(Libc.send(pair[0], page, 1, Libc.MSG_NOSIGNAL)).isEqualTo(-Errno.EPIPE);
    Libc.close(pair[0]);
    Libc.munmap(page, 4096);
  }

  @Test
  void a_poll_ends_with_its_time() {
    try (EventFd event = EventFd.create()) {
      int[] events = {Libc.POLLIN};
      assertThat(Libc.poll(new int[] {event.fd()}, events, 1)).isZero();
    }
  }

  @Test
  void a_descriptor_that_is_not_open_is_told_by_poll() {
    int[] events = {Libc.POLLIN};
    int closed = Libc.memfdCreate("closed", 0);
    Libc.close(closed);
    assertThat(Libc.poll(new int[] {closed}, events, -1)).isEqualTo(1);
    assertThat(events).containsExactly(Libc.POLLNVAL);
  }

  @Test
  void a_mapping_gets_its_name_where_the_kernel_keeps_names() throws IOException {
    long page = Libc.mmap(0, 4096, RW, ANONYMOUS, -1, 0);
    boolean named;
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom("probe").address();
      named =
          Syscall.call(
                  Syscall.PRCTL, Libc.PR_SET_VMA, Libc.PR_SET_VMA_ANON_NAME, page, 4096, name, 0)
              == 0;
    }
    Libc.nameMapping(page, 4096, "vireo:[\u00e4$`\\] disk 1" + "x".repeat(100));
    String shown = "[anon:vireo:_____ disk 1" + "x".repeat(79 - 18) + "]";
    assertThat(Files.readString(Path.of("/proc/self/maps")).contains(shown)).isEqualTo(named);
    Libc.munmap(page, 4096);
  }

  @Test
  void a_thread_has_its_own_number() throws InterruptedException, IOException {
    Path self = Path.of("/proc/thread-self");
    assertThat(Files.readSymbolicLink(self).getFileName())
        .hasToString(Integer.toString(Libc.gettid()));
    int[] other = new int[1];
    Thread.ofPlatform().start(() -> other[0] = Libc.gettid()).join();
    assertThat(other[0]).isPositive().isNotEqualTo(Libc.gettid());
  }

  @Test
  void failures_of_file_calls_carry_what_was_tried() {
    assertThatThrownBy(() -> Libc.memfdCreate("x".repeat(300), 0))
        .hasMessageEndingWith("Invalid argument (EINVAL)");
    assertThatThrownBy(() -> Libc.ftruncate(-1, 4096))
        .hasMessage("ftruncate to 4096 bytes: Bad file descriptor (EBADF)");
    assertThatThrownBy(() -> Libc.pread(-1, 0, 512, 1024))
        .hasMessage("pread of 512 bytes at 1024: Bad file descriptor (EBADF)");
    assertThatThrownBy(() -> Libc.pwrite(-1, 0, 512, 1024))
        .hasMessage("pwrite of 512 bytes at 1024: Bad file descriptor (EBADF)");
    assertThatThrownBy(() -> Libc.fsync(-1)).hasMessage("fsync: Bad file descriptor (EBADF)");
    assertThatThrownBy(() -> Libc.fdatasync(-1))
        .hasMessage("fdatasync: Bad file descriptor (EBADF)");
    assertThatThrownBy(() -> Libc.setNonBlocking(-1))
        .hasMessage("fcntl F_GETFL: Bad file descriptor (EBADF)");
    assertThatThrownBy(() -> Libc.socketpair(99)).hasMessageStartingWith("socketpair of type 99:");
    assertThatThrownBy(() -> Libc.fdTarget(-1))
        .hasMessage("readlink of descriptor -1: No such file or directory (ENOENT)");
  }
}

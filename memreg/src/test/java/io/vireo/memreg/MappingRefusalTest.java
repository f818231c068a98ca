package io.vireo.memreg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link MappingCache} does not map, and that nothing of the attempt is left. */
class MappingRefusalTest extends MappingLeakCheck {
  @ParameterizedTest
  @CsvSource({"0,0", "0,-4096", "-4096,8192", "4096,9223372036854775807", "0,281474976710657"})
  void sizes_and_offsets_that_no_file_has_are_invalid(long offset, long bytes) {
    assertRefused(Errno.EINVAL, fd, offset, bytes);
  }

  @Test
  void a_file_that_is_too_short_is_refused_with_its_size() {
    ErrnoException e = assertRefused(Errno.EINVAL, fd, 8 * MIB, 8 * MIB + 1);
    assertThat(e)
        .hasMessageStartingWith("map of 0x800001 bytes at 0x800000 of /memfd:" + FILE_NAME)
        .hasMessageContaining("which has only 0x1000000");
  }

  @Test
  void a_sparse_file_larger_than_the_address_space_that_is_left_is_refused() {
    int huge = GuestMemoryFixture.memfd(Long.MAX_VALUE & -4096);
    assertRefused(Errno.ENOMEM, huge, 0, MemoryMap.ADDRESS_SPACE_BYTES);
    long last = (Long.MAX_VALUE & -4096) - 4096;
    assertRefused(Errno.EOVERFLOW, huge, last, 4096); // no room for the guard in file offsets
    try (Mapping end = cache.acquire(huge, last - 4 * MIB, 4096)) {
      assertThat(end.fileTooShort()).isFalse();
    }
    Libc.close(huge);
  }

  @Test
  void what_is_no_memory_file_is_refused_by_name() {
    int[] sockets = Libc.socketpair(Libc.SOCK_STREAM);
    int directory = Libc.open("/tmp", Libc.O_RDONLY, 0);
    int zero = Libc.open("/dev/zero", Libc.O_RDWR, 0); // each mapping of it is another memory
    try (EventFd event = EventFd.create()) {
      assertThat(assertRefused(Errno.ENODEV, event.fd(), 0, 4096))
          .hasMessageContaining("of anon_inode:[eventfd], which is no regular file");
      assertRefused(Errno.ENODEV, sockets[0], 0, 4096);
      assertRefused(Errno.ENODEV, directory, 0, 4096);
      assertRefused(Errno.ENODEV, zero, 0, 4096);
    }
    for (int opened : new int[] {sockets[0], sockets[1], directory, zero}) {
      Libc.close(opened);
    }
    assertRefused(Errno.EBADF, zero, 0, 4096);
  }

  /** A server of files in user space could stop a reactor, and all its guests, by not answering. */
  @Test
  void a_file_whose_pages_may_never_come_is_refused() {
    int madeUp = Libc.open("/proc/self/status", Libc.O_RDONLY, 0);
    assertThat(assertRefused(Errno.ENODEV, madeUp, 0, 4096))
        .hasMessageContaining(
            "/status, whose file system 0x9fa0 is none of tmpfs, hugetlbfs, ext4, XFS and Btrfs");
    Libc.close(madeUp);
  }

  /** Else a client could have Vireo write where it may only read itself. */
  @Test
  void a_descriptor_for_reading_gets_no_mapping_and_no_share_in_one() {
    int readOnly = Libc.open("/proc/self/fd/" + fd, Libc.O_RDONLY, 0);
    assertRefused(Errno.EACCES, readOnly, 0, MIB);
    try (Mapping mapping = cache.acquire(fd, 0, MIB)) {
      assertThat(mapping.hva()).isPositive();
      assertThat(assertRefused(Errno.EACCES, readOnly, 0, MIB))
          .hasMessageContaining("for reading and writing: Permission denied (EACCES)");
      assertThat(cache.size()).isEqualTo(1);
    }
    Libc.close(readOnly);
  }

  private ErrnoException assertRefused(int errno, int fd, long offset, long bytes) {
    int mappings = cache.size();
    ErrnoException e =
        catchThrowableOfType(ErrnoException.class, () -> cache.acquire(fd, offset, bytes).close());
    assertThat(e).isNotNull();
    assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno);
    assertThat(cache.size()).isEqualTo(mappings);
    return e;
  }
}

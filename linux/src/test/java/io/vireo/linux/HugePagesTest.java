package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HugePagesTest {
  private static final int RW = Libc.PROT_READ | Libc.PROT_WRITE;

  @Test
  void ordinary_files_have_no_huge_pages() {
    int fd = Libc.memfdCreate("ordinary", 0);
    assertThat(HugePages.pageBytes(fd)).isZero();
    Libc.close(fd);
    assertThatThrownBy(() -> HugePages.pageBytes(-1))
        .hasMessage("fstatfs of descriptor -1: Bad file descriptor (EBADF)");
  }

  /** NORESERVE, so that no huge page need be free: the mapping is made and never touched. */
  @Test
  void a_huge_memfd_tells_its_page_size_and_maps_by_it() throws IOException {
    int fd = Libc.memfdCreate("huge", Libc.MFD_HUGETLB);
    long page = HugePages.pageBytes(fd);
    assertThat(page).isEqualTo(systemPageBytes());
    Libc.ftruncate(fd, 4 * page);
    int flags = Libc.MAP_SHARED | Libc.MAP_NORESERVE;
    long address = Libc.mmap(0, 2 * page, RW, flags, fd, page);
    assertThat(address % page).isZero();
    assertThatThrownBy(() -> Libc.munmap(address, 4096))
        .hasMessage("munmap of 4096 bytes: Invalid argument (EINVAL)");
    Libc.munmap(address, 2 * page);
    assertThatThrownBy(() -> Libc.mmap(0, page, RW, flags, fd, 4096))
        .hasMessage("mmap of " + page + " bytes: Invalid argument (EINVAL)");
    Libc.close(fd);
  }

  private static long systemPageBytes() throws IOException {
    Matcher size =
        Pattern.compile("Hugepagesize:\\s+(\\d+) kB")
            .matcher(Files.readString(Path.of("/proc/meminfo")));
    assertThat(size.find()).isTrue();
    return Long.parseLong(size.group(1)) * 1024;
  }
}

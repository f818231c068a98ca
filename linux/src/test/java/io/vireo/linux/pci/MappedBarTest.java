package io.vireo.linux.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.linux.pci.MappedBar.Area;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A file in memory for the device's. */
class MappedBarTest {
  private static final int PAGE = 4096;
  private static final int OFFSET = 2 * PAGE;
  private static final int BYTES = 4 * PAGE;

  private int fd;

  @BeforeEach
  void device() {
    fd = Libc.memfdCreate("bar", 0);
    Libc.ftruncate(fd, OFFSET + BYTES);
  }

  @AfterEach
  void close() {
    Libc.close(fd);
  }

  @Test
  void what_is_stored_is_seen_by_the_device() {
    long other = Libc.mmap(0, BYTES, Libc.PROT_READ, Libc.MAP_SHARED, fd, OFFSET);
    try (MappedBar bar = MappedBar.map(fd, OFFSET, BYTES, List.of(new Area(0, BYTES)))) {
      Mem.putRegister32(bar.address() + BYTES - 4, 77);
      assertThat(Mem.getInt(other + BYTES - 4)).isEqualTo(77);
      assertThat(bar.bytes()).isEqualTo(BYTES);
      assertThat(bar.mappedBytes(0)).isEqualTo(BYTES);
      assertThat(bar.mappedBytes(BYTES - 1)).isEqualTo(1);
      assertThat(bar.mappedBytes(BYTES)).isZero();
    } finally {
      Libc.munmap(other, BYTES);
    }
  }

  @Test
  void areas_lie_where_they_are_in_the_bar() throws IOException {
    List<Area> areas = List.of(new Area(0, PAGE), new Area(2 * PAGE, 2 * PAGE));
    long other = Libc.mmap(0, BYTES, Libc.PROT_READ, Libc.MAP_SHARED, fd, OFFSET);
    try (MappedBar bar = MappedBar.map(fd, OFFSET, BYTES, areas)) {
      Mem.putRegister32(bar.address() + 2 * PAGE, 78);
      assertThat(Mem.getInt(other + 2 * PAGE)).isEqualTo(78);
      assertThat(bar.mappedBytes(0)).isEqualTo(PAGE);
      assertThat(bar.mappedBytes(100)).isEqualTo(PAGE - 100);
      assertThat(bar.mappedBytes(PAGE)).isZero();
      assertThat(bar.mappedBytes(2 * PAGE)).isEqualTo(2 * PAGE);
      // Nothing else can come to lie in the gap.
      String gap = "%x-%x ---p".formatted(bar.address() + PAGE, bar.address() + 2 * PAGE);
      assertThat(Files.readString(Path.of("/proc/self/maps"))).contains(gap);
    } finally {
      Libc.munmap(other, BYTES);
    }
  }

  @Test
  void areas_that_touch_are_one() {
    List<Area> areas = List.of(new Area(0, PAGE), new Area(PAGE, PAGE));
    try (MappedBar bar = MappedBar.map(fd, OFFSET, BYTES, areas)) {
      assertThat(bar.mappedBytes(0)).isEqualTo(2 * PAGE);
    }
  }

  @Test
  void an_area_beyond_the_bar_is_refused_before_it_overwrites_anything() {
    for (Area area :
        List.of(
            new Area(BYTES, PAGE),
            new Area(0, BYTES + PAGE),
            new Area(-PAGE, PAGE),
            new Area(PAGE, Long.MAX_VALUE),
            new Area(0, 0))) {
      assertThatThrownBy(() -> MappedBar.map(fd, OFFSET, BYTES, List.of(area)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("is not within a BAR of 16384 bytes");
    }
  }

  @Test
  void a_second_close_does_nothing() {
    MappedBar bar = MappedBar.map(fd, OFFSET, BYTES, List.of(new Area(0, BYTES)));
    bar.close();
    bar.close();
    assertThat(bar.bytes()).isEqualTo(BYTES);
  }
}

package io.vireo.linux.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Mem;
import java.lang.foreign.Arena;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IommuInfoTest {
  private static final int BYTES = 256;

  private Arena arena;
  private long info;

  @BeforeEach
  void information() {
    arena = Arena.ofConfined();
    info = arena.allocate(BYTES, 8).address();
    Mem.putInt(info, BYTES);
    Mem.putInt(info + VfioAbi.FLAGS, 3);
    Mem.putLong(info + VfioAbi.IOMMU_INFO_PGSIZES, 0x40201000);
  }

  @AfterEach
  void free() {
    arena.close();
  }

  private void capability(int at, int id, int next) {
    Mem.putShort(info + at, (short) id);
    Mem.putShort(info + at + 2, (short) 1);
    Mem.putInt(info + at + 4, next);
  }

  private void range(int at, long first, long last) {
    Mem.putLong(info + at, first);
    Mem.putLong(info + at + 8, last);
  }

  @Test
  void capabilities_lie_at_any_offset() {
    // As Linux 6.1 lays them out: the first at 24, the others where the one before ends.
    Mem.putInt(info + VfioAbi.IOMMU_INFO_CAP_OFFSET, 24);
    capability(24, 2, 44);
    capability(44, VfioAbi.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, 93);
    Mem.putInt(info + 44 + 8, 2);
    range(44 + 16, 0, 0xfedfffffL);
    range(44 + 32, 0xfef00000L, 0xffffffffffffL);
    capability(93, VfioAbi.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, 0);
    Mem.putInt(info + 93 + 8, 65535);
    IommuInfo decoded = IommuInfo.decode(info);
    assertThat(decoded.pageSizes()).isEqualTo(0x40201000);
    assertThat(decoded.freeMappings()).isEqualTo(65535);
    assertThat(decoded.ranges())
        .containsExactly(
            new IovaRange(0, 0xfedfffffL), new IovaRange(0xfef00000L, 0xffffffffffffL));
    assertThat(decoded.ranges()).hasToString("[0x0-0xfedfffff, 0xfef00000-0xffffffffffff]");
  }

  @Test
  void a_kernel_that_tells_nothing_has_pages_of_4_kib() {
    Mem.putInt(info + VfioAbi.FLAGS, 0);
    Mem.putInt(info + VfioAbi.IOMMU_INFO_CAP_OFFSET, 24);
    assertThat(IommuInfo.decode(info))
        .hasToString("IommuInfo[pageSizes=4096, ranges=[], freeMappings=-1]");
  }

  @Test
  void a_chain_that_does_not_go_on_is_refused() {
    for (int offset : new int[] {1, 23, BYTES - 7, BYTES, -1}) {
      Mem.putInt(info + VfioAbi.IOMMU_INFO_CAP_OFFSET, offset);
      assertThatThrownBy(() -> IommuInfo.decode(info))
          .hasMessage(
              "capability at offset %d of 256 bytes of VFIO information"
                  .formatted(Integer.toUnsignedLong(offset)));
    }
    Mem.putInt(info + VfioAbi.IOMMU_INFO_CAP_OFFSET, 32);
    for (int next : new int[] {32, 24, 31}) {
      capability(32, 9, next);
      assertThatThrownBy(() -> IommuInfo.decode(info)).hasMessageStartingWith("capability at");
    }
  }

  @Test
  void more_ranges_than_there_is_room_for_are_refused() {
    Mem.putInt(info + VfioAbi.IOMMU_INFO_CAP_OFFSET, 24);
    capability(24, VfioAbi.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, 0);
    Mem.putInt(info + 24 + 8, 13);
    assertThat(IommuInfo.decode(info).ranges()).hasSize(13);
    for (int count : new int[] {14, Integer.MAX_VALUE, -1}) {
      Mem.putInt(info + 24 + 8, count);
      assertThatThrownBy(() -> IommuInfo.decode(info))
          .hasMessage(
              "%d elements of 16 bytes in a capability of 232 bytes"
                  .formatted(Integer.toUnsignedLong(count)));
    }
  }

  @Property(tries = 2000)
  void no_information_breaks_the_reader(@ForAll @Size(BYTES - 8) byte[] rest) {
    information();
    Mem.copy(rest, 0, info + 8, rest.length);
    Mem.putInt(info + VfioAbi.IOMMU_INFO_CAP_OFFSET, 24 + (rest[0] & 0x7f));
    try {
      assertThat(IommuInfo.decode(info).ranges()).hasSizeLessThan(BYTES / 16);
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining(" of ");
    } finally {
      free();
    }
  }

  @Test
  void a_range_contains_what_lies_within_both_ends() {
    IovaRange range = new IovaRange(0x1000, 0x2fff);
    assertThat(range.contains(0x1000, 0x2000)).isTrue();
    assertThat(range.contains(0x1000, 0x2001)).isFalse();
    assertThat(range.contains(0xfff, 1)).isFalse();
    assertThat(range.contains(0x2fff, 1)).isTrue();
    assertThat(range.contains(0x1000, 0)).isFalse();
    assertThat(range.contains(0x1000, -1)).isFalse();
    IovaRange all = new IovaRange(0, -1);
    assertThat(all.contains(-0x1000, 0x1000)).isTrue();
    assertThat(all.contains(-0x1000, 0x1001)).isFalse();
    assertThat(all.contains(Long.MAX_VALUE, 2)).isTrue();
  }
}

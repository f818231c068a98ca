package io.vireo.linux.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Mem;
import io.vireo.linux.pci.MappedBar.Area;
import io.vireo.linux.pci.PciAddress;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Structures as the kernel's vfio_pci_ioctl_get_region_info fills them. */
class VfioRegionTest {
  private static final int BYTES = 128;
  private static final int MAPPABLE = 7; // read, write, mmap
  private static final PciAddress ADDRESS = PciAddress.parse("0000:01:00.0");

  private Arena arena;
  private long info;

  @BeforeEach
  void information() {
    arena = Arena.ofConfined();
    info = arena.allocate(BYTES, 8).address();
    Mem.putInt(info, BYTES);
    Mem.putInt(info + VfioAbi.FLAGS, MAPPABLE);
    Mem.putLong(info + VfioAbi.REGION_SIZE, 0x4000);
    Mem.putLong(info + VfioAbi.REGION_OFFSET, 1L << 40);
  }

  @AfterEach
  void free() {
    arena.close();
  }

  private void capability(int at, int id, int next) {
    Mem.putInt(info + VfioAbi.FLAGS, MAPPABLE | VfioAbi.VFIO_REGION_INFO_FLAG_CAPS);
    Mem.putShort(info + at, (short) id);
    Mem.putInt(info + at + 4, next);
  }

  private void sparse(int at, long... areas) {
    capability(at, VfioAbi.VFIO_REGION_INFO_CAP_SPARSE_MMAP, 0);
    Mem.putInt(info + VfioAbi.REGION_CAP_OFFSET, at);
    Mem.putInt(info + at + VfioAbi.SPARSE_AREA_COUNT, areas.length / 2);
    for (int i = 0; i < areas.length; i++) {
      Mem.putLong(info + at + VfioAbi.SPARSE_AREAS + (long) i * Long.BYTES, areas[i]);
    }
  }

  @Test
  void all_of_a_bar_is_mapped_when_the_kernel_keeps_nothing() {
    VfioRegion region = VfioRegion.decode(info);
    assertThat(region.bytes()).isEqualTo(0x4000);
    assertThat(region.offset()).isEqualTo(1L << 40);
    assertThat(region.areas()).containsExactly(new Area(0, 0x4000));
  }

  @Test
  void a_kernel_that_keeps_nothing_may_say_so() {
    int msixMappable = 3;
    capability(32, msixMappable, 0);
    Mem.putInt(info + VfioAbi.REGION_CAP_OFFSET, 32);
    assertThat(VfioRegion.decode(info).areas()).containsExactly(new Area(0, 0x4000));
  }

  @Test
  void the_table_of_msix_is_left_out_where_the_kernel_keeps_it() {
    sparse(32, 0, 0x2000, 0x3000, 0x1000);
    assertThat(VfioRegion.decode(info).areas())
        .containsExactly(new Area(0, 0x2000), new Area(0x3000, 0x1000));
  }

  @Test
  void a_bar_that_the_kernel_keeps_whole_cannot_be_mapped() {
    sparse(32);
    assertThatThrownBy(() -> VfioRegion.decode(info).map(-1, ADDRESS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("BAR 0 of 0000:01:00.0 cannot be mapped");
    Mem.putInt(info + VfioAbi.FLAGS, 3);
    assertThat(VfioRegion.decode(info).areas()).isEmpty();
  }

  @Test
  void a_bar_that_is_not_there_is_told() {
    Mem.putLong(info + VfioAbi.REGION_SIZE, 0);
    Mem.putInt(info + VfioAbi.REGION_INDEX, 3);
    assertThatThrownBy(() -> VfioRegion.decode(info).map(-1, ADDRESS))
        .hasMessage("0000:01:00.0 has no BAR 3");
  }

  @Test
  void more_areas_than_there_is_room_for_are_refused() {
    sparse(32, 0, 0x2000);
    Mem.putInt(info + 32 + VfioAbi.SPARSE_AREA_COUNT, 6);
    assertThatThrownBy(() -> VfioRegion.decode(info))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("6 elements of 16 bytes in a capability of 96 bytes");
    Mem.putInt(info + 32 + VfioAbi.SPARSE_AREA_COUNT, -1);
    assertThatThrownBy(() -> VfioRegion.decode(info)).isInstanceOf(IllegalStateException.class);
  }
}

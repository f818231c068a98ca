package io.vireo.linux.vfio;

import static io.vireo.linux.ErrnoException.check;
import static io.vireo.linux.vfio.VfioAbi.ARGSZ;
import static io.vireo.linux.vfio.VfioAbi.FLAGS;
import static io.vireo.linux.vfio.VfioAbi.REGION_INDEX;
import static io.vireo.linux.vfio.VfioAbi.REGION_INFO_BYTES;
import static io.vireo.linux.vfio.VfioAbi.REGION_OFFSET;
import static io.vireo.linux.vfio.VfioAbi.REGION_SIZE;
import static io.vireo.linux.vfio.VfioAbi.VFIO_DEVICE_GET_REGION_INFO;
import static io.vireo.linux.vfio.VfioAbi.VFIO_PCI_BAR5_REGION_INDEX;
import static io.vireo.linux.vfio.VfioAbi.VFIO_PCI_CONFIG_REGION_INDEX;
import static io.vireo.linux.vfio.VfioAbi.VFIO_REGION_INFO_FLAG_MMAP;

import io.vireo.linux.Mem;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * A part of a device that its descriptor gives access to.
 *
 * @param index which
 * @param flags what can be done with it
 * @param bytes how long it is; 0 when the device has no such region
 * @param offset where it lies in the descriptor
 */
record VfioRegion(int index, int flags, long bytes, long offset) {
  static VfioRegion bar(int fd, int bar) {
    return of(fd, Objects.checkIndex(bar, VFIO_PCI_BAR5_REGION_INDEX + 1));
  }

  static VfioRegion config(int fd) {
    return of(fd, VFIO_PCI_CONFIG_REGION_INDEX);
  }

  private static VfioRegion of(int fd, int index) {
    try (Arena arena = Arena.ofConfined()) {
      long info = arena.allocate(REGION_INFO_BYTES, 8).address();
      Mem.putInt(info + ARGSZ, REGION_INFO_BYTES);
      Mem.putInt(info + REGION_INDEX, index);
      long result = VfioAbi.ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, info);
      check(result, "ioctl", "VFIO_DEVICE_GET_REGION_INFO of region " + index);
      return new VfioRegion(
          index,
          Mem.getInt(info + FLAGS),
          Mem.getLong(info + REGION_SIZE),
          Mem.getLong(info + REGION_OFFSET));
    }
  }

  boolean mappable() {
    return (flags & VFIO_REGION_INFO_FLAG_MMAP) != 0;
  }
}

package io.vireo.linux.vfio;

import static io.vireo.linux.ErrnoException.check;
import static io.vireo.linux.vfio.VfioAbi.ARGSZ;
import static io.vireo.linux.vfio.VfioAbi.FLAGS;
import static io.vireo.linux.vfio.VfioAbi.REGION_CAP_OFFSET;
import static io.vireo.linux.vfio.VfioAbi.REGION_INDEX;
import static io.vireo.linux.vfio.VfioAbi.REGION_INFO_BYTES;
import static io.vireo.linux.vfio.VfioAbi.REGION_OFFSET;
import static io.vireo.linux.vfio.VfioAbi.REGION_SIZE;
import static io.vireo.linux.vfio.VfioAbi.SPARSE_AREAS;
import static io.vireo.linux.vfio.VfioAbi.SPARSE_AREA_BYTES;
import static io.vireo.linux.vfio.VfioAbi.SPARSE_AREA_COUNT;
import static io.vireo.linux.vfio.VfioAbi.VFIO_DEVICE_GET_REGION_INFO;
import static io.vireo.linux.vfio.VfioAbi.VFIO_PCI_BAR5_REGION_INDEX;
import static io.vireo.linux.vfio.VfioAbi.VFIO_PCI_CONFIG_REGION_INDEX;
import static io.vireo.linux.vfio.VfioAbi.VFIO_REGION_INFO_CAP_SPARSE_MMAP;
import static io.vireo.linux.vfio.VfioAbi.VFIO_REGION_INFO_FLAG_CAPS;
import static io.vireo.linux.vfio.VfioAbi.VFIO_REGION_INFO_FLAG_MMAP;

import io.vireo.linux.Mem;
import io.vireo.linux.pci.MappedBar;
import io.vireo.linux.pci.PciAddress;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A part of a device that its descriptor gives access to.
 *
 * @param index which
 * @param bytes how long it is; 0 when the device has no such region
 * @param offset where it lies in the descriptor
 * @param areas what of it can be mapped: all, nothing, or all but what the kernel keeps for itself
 */
record VfioRegion(int index, long bytes, long offset, List<MappedBar.Area> areas) {
  static VfioRegion bar(int fd, int bar) {
    return of(fd, Objects.checkIndex(bar, VFIO_PCI_BAR5_REGION_INDEX + 1));
  }

  static VfioRegion config(int fd) {
    return of(fd, VFIO_PCI_CONFIG_REGION_INDEX);
  }

  private static VfioRegion of(int fd, int index) {
    int bytes = REGION_INFO_BYTES;
    while (true) {
      try (Arena arena = Arena.ofConfined()) {
        long info = arena.allocate(bytes, 8).address();
        Mem.putInt(info + ARGSZ, bytes);
        Mem.putInt(info + REGION_INDEX, index);
        long result = VfioAbi.ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, info);
        check(result, "ioctl", "VFIO_DEVICE_GET_REGION_INFO of region " + index);
        int needed = Mem.getInt(info + ARGSZ);
        if (needed <= bytes) {
          return decode(info);
        }
        bytes = needed;
      }
    }
  }

  /** Decodes struct vfio_region_info and its capabilities, as long as argsz there says. */
  static VfioRegion decode(long info) {
    int flags = Mem.getInt(info + FLAGS);
    long bytes = Mem.getLong(info + REGION_SIZE);
    List<MappedBar.Area> areas = new ArrayList<>();
    if ((flags & VFIO_REGION_INFO_FLAG_MMAP) != 0) {
      areas.add(new MappedBar.Area(0, bytes));
      if ((flags & VFIO_REGION_INFO_FLAG_CAPS) != 0) {
        long infoBytes = Integer.toUnsignedLong(Mem.getInt(info + ARGSZ));
        long first = Integer.toUnsignedLong(Mem.getInt(info + REGION_CAP_OFFSET));
        Capabilities.visit(
            info,
            REGION_INFO_BYTES,
            infoBytes,
            first,
            (id, capability, rest) -> {
              if (id == VFIO_REGION_INFO_CAP_SPARSE_MMAP) {
                areas.clear();
                areas(capability, rest, areas);
              }
            });
      }
    }
    return new VfioRegion(
        Mem.getInt(info + REGION_INDEX),
        bytes,
        Mem.getLong(info + REGION_OFFSET),
        List.copyOf(areas));
  }

  private static void areas(long capability, long bytes, List<MappedBar.Area> areas) {
    int count =
        Capabilities.count(capability, SPARSE_AREA_COUNT, SPARSE_AREAS, SPARSE_AREA_BYTES, bytes);
    for (long i = 0; i < count; i++) {
      long area = capability + SPARSE_AREAS + i * SPARSE_AREA_BYTES;
      areas.add(new MappedBar.Area(Mem.getLong(area), Mem.getLong(area + Long.BYTES)));
    }
  }

  /** Maps what can be mapped of the BAR {@link #index} of {@code device}. */
  MappedBar map(int fd, PciAddress device) {
    MappedBar.check(device, index, bytes, !areas.isEmpty());
    return MappedBar.map(fd, offset, bytes, areas);
  }
}

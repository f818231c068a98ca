package io.vireo.linux.vfio;

import static io.vireo.linux.vfio.VfioAbi.ARGSZ;
import static io.vireo.linux.vfio.VfioAbi.DMA_AVAIL;
import static io.vireo.linux.vfio.VfioAbi.FLAGS;
import static io.vireo.linux.vfio.VfioAbi.IOMMU_INFO_BYTES;
import static io.vireo.linux.vfio.VfioAbi.IOMMU_INFO_CAP_OFFSET;
import static io.vireo.linux.vfio.VfioAbi.IOMMU_INFO_PGSIZES;
import static io.vireo.linux.vfio.VfioAbi.IOVA_RANGES;
import static io.vireo.linux.vfio.VfioAbi.IOVA_RANGE_BYTES;
import static io.vireo.linux.vfio.VfioAbi.IOVA_RANGE_COUNT;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IOMMU_INFO_CAPS;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IOMMU_INFO_PGSIZES;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL;

import io.vireo.linux.Mem;
import java.util.ArrayList;
import java.util.List;

/**
 * What VFIO_IOMMU_GET_INFO tells: struct vfio_iommu_type1_info and the capabilities behind it.
 *
 * @param pageSizes a bit for each size of page that the IOMMU knows; the lowest is the granule
 * @param ranges where mappings may lie; empty when the kernel does not tell
 * @param freeMappings how many more mappings the kernel allows; -1 when it does not tell
 */
record IommuInfo(long pageSizes, List<IovaRange> ranges, long freeMappings) {
  private static final int DEFAULT_PAGE_BYTES = 4096;

  /** Decodes what the kernel left at {@code info}, as long as argsz there says. */
  static IommuInfo decode(long info) {
    int flags = Mem.getInt(info + FLAGS);
    long pageSizes =
        (flags & VFIO_IOMMU_INFO_PGSIZES) != 0
            ? Mem.getLong(info + IOMMU_INFO_PGSIZES)
            : DEFAULT_PAGE_BYTES;
    List<IovaRange> ranges = new ArrayList<>();
    long[] freeMappings = {-1};
    long bytes = Integer.toUnsignedLong(Mem.getInt(info + ARGSZ));
    long first = 0;
    if ((flags & VFIO_IOMMU_INFO_CAPS) != 0) {
      first = Integer.toUnsignedLong(Mem.getInt(info + IOMMU_INFO_CAP_OFFSET));
    }
    Capabilities.visit(
        info,
        IOMMU_INFO_BYTES,
        bytes,
        first,
        (id, capability, rest) -> {
          if (id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) {
            ranges(capability, rest, ranges);
          } else if (id == VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL) {
            freeMappings[0] = Integer.toUnsignedLong(Mem.getInt(capability + DMA_AVAIL));
          }
        });
    return new IommuInfo(pageSizes, List.copyOf(ranges), freeMappings[0]);
  }

  private static void ranges(long capability, long bytes, List<IovaRange> ranges) {
    int count =
        Capabilities.count(capability, IOVA_RANGE_COUNT, IOVA_RANGES, IOVA_RANGE_BYTES, bytes);
    for (long i = 0; i < count; i++) {
      long range = capability + IOVA_RANGES + i * IOVA_RANGE_BYTES;
      ranges.add(new IovaRange(Mem.getLong(range), Mem.getLong(range + Long.BYTES)));
    }
  }
}

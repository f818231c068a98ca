package io.vireo.linux.vfio;

import io.vireo.linux.Syscall;

/**
 * Requests, flags and layouts of {@code linux/vfio.h}. Each structure begins with its size (argsz)
 * and flags.
 */
final class VfioAbi {
  static final int VFIO_API_VERSION = 0;
  static final int VFIO_TYPE1V2_IOMMU = 3;

  static final int VFIO_GET_API_VERSION = 0x3b64;
  static final int VFIO_CHECK_EXTENSION = 0x3b65;
  static final int VFIO_SET_IOMMU = 0x3b66;
  static final int VFIO_GROUP_GET_STATUS = 0x3b67;
  static final int VFIO_GROUP_SET_CONTAINER = 0x3b68;
  static final int VFIO_GROUP_GET_DEVICE_FD = 0x3b6a;
  static final int VFIO_DEVICE_GET_INFO = 0x3b6b;
  static final int VFIO_DEVICE_GET_REGION_INFO = 0x3b6c;
  static final int VFIO_DEVICE_GET_IRQ_INFO = 0x3b6d;
  static final int VFIO_DEVICE_SET_IRQS = 0x3b6e;
  static final int VFIO_DEVICE_RESET = 0x3b6f;
  static final int VFIO_IOMMU_GET_INFO = 0x3b70;
  static final int VFIO_IOMMU_MAP_DMA = 0x3b71;
  static final int VFIO_IOMMU_UNMAP_DMA = 0x3b72;

  static final int ARGSZ = 0;
  static final int FLAGS = 4;

  /** struct vfio_info_cap_header: what a chain of capabilities consists of. */
  static final int CAP_ID = 0;

  static final int CAP_NEXT = 4;
  static final int CAP_HEADER_BYTES = 8;

  /** struct vfio_group_status. */
  static final int GROUP_STATUS_BYTES = 8;

  static final int VFIO_GROUP_FLAGS_VIABLE = 1;

  /** struct vfio_iommu_type1_info, and the capability with the ranges. */
  static final int IOMMU_INFO_BYTES = 24;

  static final int IOMMU_INFO_PGSIZES = 8;
  static final int IOMMU_INFO_CAP_OFFSET = 16;
  static final int VFIO_IOMMU_INFO_PGSIZES = 1;
  static final int VFIO_IOMMU_INFO_CAPS = 2;
  static final int VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE = 1;
  static final int IOVA_RANGE_COUNT = 8;
  static final int IOVA_RANGES = 16;
  static final int IOVA_RANGE_BYTES = 16;
  static final int VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL = 3;
  static final int DMA_AVAIL = 8;

  /** struct vfio_iommu_type1_dma_map. */
  static final int DMA_MAP_BYTES = 32;

  static final int DMA_MAP_VADDR = 8;
  static final int DMA_MAP_IOVA = 16;
  static final int DMA_MAP_SIZE = 24;
  static final int VFIO_DMA_MAP_FLAG_READ = 1;
  static final int VFIO_DMA_MAP_FLAG_WRITE = 2;

  /** struct vfio_iommu_type1_dma_unmap. */
  static final int DMA_UNMAP_BYTES = 24;

  static final int DMA_UNMAP_IOVA = 8;
  static final int DMA_UNMAP_SIZE = 16;

  /** struct vfio_device_info; newer headers pad it to 24. */
  static final int DEVICE_INFO_BYTES = 20;

  static final int VFIO_DEVICE_FLAGS_RESET = 1;
  static final int VFIO_DEVICE_FLAGS_PCI = 2;

  /** struct vfio_region_info, and the capability with the parts that can be mapped. */
  static final int REGION_INFO_BYTES = 32;

  static final int REGION_INDEX = 8;
  static final int REGION_CAP_OFFSET = 12;
  static final int REGION_SIZE = 16;
  static final int REGION_OFFSET = 24;
  static final int VFIO_REGION_INFO_FLAG_MMAP = 4;
  static final int VFIO_REGION_INFO_FLAG_CAPS = 8;
  static final int VFIO_REGION_INFO_CAP_SPARSE_MMAP = 1;
  static final int SPARSE_AREA_COUNT = 8;
  static final int SPARSE_AREAS = 16;
  static final int SPARSE_AREA_BYTES = 16;
  static final int VFIO_PCI_BAR5_REGION_INDEX = 5;
  static final int VFIO_PCI_CONFIG_REGION_INDEX = 7;

  /** struct vfio_irq_info. */
  static final int IRQ_INFO_BYTES = 16;

  static final int IRQ_INDEX = 8;
  static final int IRQ_COUNT = 12;
  static final int VFIO_IRQ_INFO_EVENTFD = 1;
  static final int VFIO_PCI_MSIX_IRQ_INDEX = 2;
  static final int VFIO_PCI_REQ_IRQ_INDEX = 4;

  /** struct vfio_irq_set; the descriptors follow. */
  static final int IRQ_SET_BYTES = 20;

  static final int IRQ_SET_INDEX = 8;
  static final int IRQ_SET_COUNT = 16;
  static final int VFIO_IRQ_SET_DATA_NONE = 1;
  static final int VFIO_IRQ_SET_DATA_EVENTFD = 4;
  static final int VFIO_IRQ_SET_ACTION_TRIGGER = 32;

  private VfioAbi() {}

  /** Answers the kernel's result, or the negative errno. */
  static long ioctl(int fd, int request, long argument) {
    return Syscall.call(Syscall.IOCTL, fd, request, argument);
  }
}

/**
 * VFIO: a PCI function driven by this process, its DMA confined by the IOMMU.
 *
 * <p>One class for each object of the kernel: a {@link io.vireo.linux.vfio.VfioContainer} is an
 * IOMMU address space (iova), a {@link io.vireo.linux.vfio.VfioGroup} is the smallest set of
 * functions that the IOMMU can tell from others, a {@link io.vireo.linux.vfio.VfioDevice} is one
 * function. They are opened in this order and closed in the reverse one.
 *
 * <p>Control threads, one at a time for each object; only the registers of a mapped BAR are for
 * whoever drives the device. Numbers and layouts are those of {@code linux/vfio.h} of Linux 6.1;
 * see Documentation/driver-api/vfio.rst.
 */
package io.vireo.linux.vfio;

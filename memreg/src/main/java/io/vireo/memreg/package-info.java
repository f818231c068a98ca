/**
 * Guest memory, the userspace page table, and the registry of memory that devices may reach.
 *
 * <p>Two address spaces meet here. {@link io.vireo.memreg.GuestMemory} holds what a guest may name:
 * the memory regions of the vhost-user protocol ("Memory regions description"), immutable, one
 * {@link io.vireo.memreg.Translator} for each queue on its reactor's thread. {@link
 * io.vireo.memreg.MemoryRegistry} holds host virtual addresses: where a device may do DMA; its
 * subscribers (drivers that must pin) hear of every range. {@link io.vireo.memreg.MappingCache}
 * maps the regions' files, once for all sessions that share them.
 *
 * <p>{@link io.vireo.memreg.IommuMapping} is such a subscriber and tells where a device behind an
 * IOMMU sees registered memory, {@link io.vireo.memreg.PhysicalMapping} the same without one.
 * {@link io.vireo.memreg.DmaHeap} is registered memory of our own, {@link io.vireo.memreg.DmaPool}
 * its elements of one size. All but the translators, the tables and the caches of a pool belongs to
 * control threads.
 */
package io.vireo.memreg;

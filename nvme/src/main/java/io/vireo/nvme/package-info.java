/**
 * A userspace NVMe driver: controllers, their namespaces and queues.
 *
 * <p>Nothing here owns a thread. {@link io.vireo.nvme.NvmeController} and {@link
 * io.vireo.nvme.AdminQueue} are for one control thread: straight-line code that blocks, each wait
 * with a deadline. An {@link io.vireo.nvme.IoQueuePair} belongs to the thread that polls it and
 * takes no lock. What lies below is behind {@code io.vireo.nvme.transport}.
 *
 * <p>Specifications: NVM Express Base 2.0 and NVM Command Set 1.0.
 */
package io.vireo.nvme;

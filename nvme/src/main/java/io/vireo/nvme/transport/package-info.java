/**
 * How commands and data reach a controller: the seam below which only one transport is known.
 *
 * <p>A {@link io.vireo.nvme.transport.NvmeRequest} names a command and its data as pieces of host
 * memory; {@link io.vireo.nvme.transport.TransportQueue} carries it. PCIe makes a queue entry with
 * PRP or SGL of it ({@link io.vireo.nvme.transport.PcieTransport}), another transport would make
 * messages; neither controller nor queue-pair code knows.
 *
 * <p>A transport belongs to the thread that sets the controller up, a queue to the one thread that
 * polls it. Specifications: NVM Express Base 2.0 section 4.1 (PRP and SGL), NVMe over PCIe
 * Transport 1.0 (queues, doorbells).
 */
package io.vireo.nvme.transport;

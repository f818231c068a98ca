/**
 * NVMe controllers that are PCI functions of this machine, taken from the kernel and given back.
 *
 * <p>A {@link io.vireo.nvme.pcie.DmaDomain} is what all controllers of a process share: the address
 * spaces in which they see its memory, and heaps of memory that they see. A {@link
 * io.vireo.nvme.pcie.PcieFunction} is one function that was taken, with the way to the controller
 * behind it ({@code io.vireo.nvme.transport}). A domain is for any control thread, a function for
 * one at a time; reactors use only the map of addresses.
 *
 * <p>NVM Express over PCIe Transport 1.0, chapters 1 and 3.
 */
package io.vireo.nvme.pcie;

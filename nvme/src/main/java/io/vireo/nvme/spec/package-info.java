/**
 * NVMe in the specification's words: registers, queue entries, opcodes, statuses, identify data.
 *
 * <p>Layouts are given as picture, constants and accessors over raw addresses; nothing here keeps
 * state or knows a thread. Hot structures ({@link io.vireo.nvme.spec.Sqe}, {@link
 * io.vireo.nvme.spec.Cqe}) are accessors only, cold ones are records that are decoded once.
 *
 * <p>"Base" is the NVM Express Base Specification 2.0, "NVM" the NVM Command Set Specification 1.0,
 * "PCIe" the NVMe over PCIe Transport Specification 1.0. All numbers are little-endian.
 */
package io.vireo.nvme.spec;

package io.vireo.bdev.nvme;

/** Parameters of bdev_nvme_get_transport_statistics: none. */
public record NvmeTransportStatistics() {}

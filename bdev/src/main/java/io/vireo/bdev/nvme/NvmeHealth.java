package io.vireo.bdev.nvme;

/**
 * Parameters of bdev_nvme_get_controller_health_info.
 *
 * @param name the controller's
 */
public record NvmeHealth(String name) {}

package io.vireo.bdev.nvme;

import io.vireo.bdev.module.Optional;

/**
 * Parameters of bdev_nvme_get_controllers.
 *
 * @param name the controller's; absent: all
 */
public record NvmeGetControllers(@Optional String name) {}

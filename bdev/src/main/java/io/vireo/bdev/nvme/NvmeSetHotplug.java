package io.vireo.bdev.nvme;

import io.vireo.bdev.module.Optional;

/**
 * Parameters of bdev_nvme_set_hotplug.
 *
 * @param enable whether drives that come are attached and those that go are detached
 * @param period_us how often it is looked; 0: the default
 */
public record NvmeSetHotplug(boolean enable, @Optional long period_us) {}

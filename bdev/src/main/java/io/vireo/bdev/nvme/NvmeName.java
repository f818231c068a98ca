package io.vireo.bdev.nvme;

import io.vireo.bdev.module.Optional;

/**
 * Parameters of methods that do something with one controller.
 *
 * @param name the controller's
 * @param cntlid which controller of those with that name; a name has one here
 */
public record NvmeName(String name, @Optional Long cntlid) {}

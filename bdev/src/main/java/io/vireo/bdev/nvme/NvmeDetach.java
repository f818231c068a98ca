package io.vireo.bdev.nvme;

import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Optional;

/**
 * Parameters of bdev_nvme_detach_controller.
 *
 * @param name the controller's
 * @param trtype only {@code PCIe}
 * @param traddr the controller's address; another one is not detached
 */
public record NvmeDetach(
    String name,
    @Optional String trtype,
    @Optional String traddr,
    @Optional @Later String adrfam,
    @Optional @Later String trsvcid,
    @Optional @Later String subnqn,
    @Optional @Later String hostaddr,
    @Optional @Later String hostsvcid) {}

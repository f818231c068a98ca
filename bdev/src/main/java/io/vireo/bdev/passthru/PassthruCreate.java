package io.vireo.bdev.passthru;

import io.vireo.bdev.module.Optional;
import java.util.UUID;

/**
 * Parameters of bdev_passthru_create.
 *
 * @param base_bdev_name what it stands on
 * @param name the bdev's
 * @param uuid random when absent
 */
public record PassthruCreate(String base_bdev_name, String name, @Optional UUID uuid) {}

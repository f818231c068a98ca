package io.vireo.bdev.error;

import io.vireo.bdev.module.Optional;
import java.util.UUID;

/**
 * Parameters of bdev_error_create.
 *
 * @param base_name what it stands on; its name is EE_ and this one
 * @param uuid random when absent
 */
public record ErrorCreate(String base_name, @Optional UUID uuid) {}

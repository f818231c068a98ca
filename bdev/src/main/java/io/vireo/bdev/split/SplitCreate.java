package io.vireo.bdev.split;

import io.vireo.bdev.module.Optional;

/**
 * Parameters of bdev_split_create.
 *
 * @param base_bdev what is split
 * @param split_count how many parts; as many as fit when their size is given
 * @param split_size_mb MiB of each part; 0: equal parts of all
 */
public record SplitCreate(String base_bdev, int split_count, @Optional long split_size_mb) {}

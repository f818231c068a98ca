package io.vireo.bdev.split;

/**
 * Parameters of bdev_split_delete.
 *
 * @param base_bdev what was split
 */
public record SplitDelete(String base_bdev) {}

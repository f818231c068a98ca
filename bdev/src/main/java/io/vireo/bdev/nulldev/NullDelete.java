package io.vireo.bdev.nulldev;

/**
 * Parameters of bdev_null_delete.
 *
 * @param name the bdev's
 */
public record NullDelete(String name) {}

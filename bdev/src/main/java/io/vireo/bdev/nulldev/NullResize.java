package io.vireo.bdev.nulldev;

/**
 * Parameters of bdev_null_resize.
 *
 * @param name the bdev's
 * @param new_size MiB; smaller than before only while nobody has the bdev open
 */
public record NullResize(String name, long new_size) {}

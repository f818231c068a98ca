package io.vireo.bdev.malloc;

/**
 * Parameters of bdev_malloc_delete.
 *
 * @param name the bdev's
 */
public record MallocDelete(String name) {}

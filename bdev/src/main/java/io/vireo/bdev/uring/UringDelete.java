package io.vireo.bdev.uring;

/**
 * Parameters of bdev_uring_delete.
 *
 * @param name the bdev's
 */
public record UringDelete(String name) {}

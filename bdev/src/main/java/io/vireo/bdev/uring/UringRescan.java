package io.vireo.bdev.uring;

/**
 * Parameters of bdev_uring_rescan.
 *
 * @param name the bdev's
 */
public record UringRescan(String name) {}

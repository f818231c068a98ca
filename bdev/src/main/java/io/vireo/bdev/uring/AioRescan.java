package io.vireo.bdev.uring;

/**
 * Parameters of bdev_aio_rescan.
 *
 * @param name the bdev's
 */
public record AioRescan(String name) {}

package io.vireo.bdev.uring;

/**
 * Parameters of bdev_aio_delete.
 *
 * @param name the bdev's
 */
public record AioDelete(String name) {}

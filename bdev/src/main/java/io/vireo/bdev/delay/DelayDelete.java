package io.vireo.bdev.delay;

/**
 * Parameters of bdev_delay_delete.
 *
 * @param name the bdev's
 */
public record DelayDelete(String name) {}

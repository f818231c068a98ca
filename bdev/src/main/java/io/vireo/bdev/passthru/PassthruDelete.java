package io.vireo.bdev.passthru;

/**
 * Parameters of bdev_passthru_delete.
 *
 * @param name the bdev's
 */
public record PassthruDelete(String name) {}

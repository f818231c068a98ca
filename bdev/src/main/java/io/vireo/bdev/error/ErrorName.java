package io.vireo.bdev.error;

/**
 * Parameters of bdev_error_delete and bdev_error_resume_pending.
 *
 * @param name the bdev's
 */
public record ErrorName(String name) {}

package io.vireo.bdev.module;

/** Parameters of a method that takes none. */
public record NoParameters() {}

package io.vireo.bdev.module;

/**
 * One call of a saved configuration.
 *
 * @param method the method's name
 * @param parameters its parameters, of the record that the method takes
 */
public record ConfigEntry(String method, Record parameters) {}

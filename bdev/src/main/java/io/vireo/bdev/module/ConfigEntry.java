package io.vireo.bdev.module;

/**
 * One call of a saved configuration.
 *
 * @param method the method's name
 * @param parameters its parameters, of the record that the method takes
 * @param bdev the bdev that the call makes, the first when it makes several, or changes; null for
 *     calls that are about none. The calls of one bdev stay in order, and what stands on it comes
 *     after them
 */
public record ConfigEntry(String method, Record parameters, String bdev) {
  /** A call that is about no bdev. */
  public ConfigEntry(String method, Record parameters) {
    this(method, parameters, null);
  }
}

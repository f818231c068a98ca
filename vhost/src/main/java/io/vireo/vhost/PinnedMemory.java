package io.vireo.vhost;

/**
 * How much of a session's memory devices reach.
 *
 * @param mappedBytes of all regions
 * @param pinnedBytes of those that are pinned: their data need no copy
 * @param failure why not all is pinned that should be, in one sentence; null when nothing failed
 */
public record PinnedMemory(long mappedBytes, long pinnedBytes, String failure) {
  static final PinnedMemory NONE = new PinnedMemory(0, 0, null);
}

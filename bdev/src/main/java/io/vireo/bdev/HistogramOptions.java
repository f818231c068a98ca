package io.vireo.bdev;

/**
 * What a histogram counts, and how.
 *
 * @param only requests of this type; null for all
 */
public record HistogramOptions(IoType only, BucketLayout layout) {
  /** Heap for the buckets of one channel or queue. */
  public long heapBytes() {
    return (long) layout.buckets() * Long.BYTES;
  }

  /** A bit for each type that is counted. */
  int types() {
    return only == null ? -1 : only.bit();
  }
}

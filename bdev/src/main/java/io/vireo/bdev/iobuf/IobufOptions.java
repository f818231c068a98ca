package io.vireo.bdev.iobuf;

/**
 * Buffers of two sizes.
 *
 * @param smallCount how many small ones; may be none
 * @param smallBytes of one, a multiple of 4096
 * @param largeCount how many large ones
 * @param largeBytes of one, a multiple of 4096
 */
public record IobufOptions(int smallCount, int smallBytes, int largeCount, int largeBytes) {
  /** A share of these counts, rounded up: nobody goes without. */
  IobufOptions dividedBy(int shares) {
    return new IobufOptions(
        Math.ceilDiv(smallCount, shares), smallBytes, Math.ceilDiv(largeCount, shares), largeBytes);
  }

  /** What all of them have together. */
  public long totalBytes() {
    return (long) smallCount * smallBytes + (long) largeCount * largeBytes;
  }
}

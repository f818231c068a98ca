package io.vireo.virtio.blk;

/** What one request may ask for; offered in the configuration space and enforced in the parser. */
final class BlkLimits {
  static final int SECTOR_SHIFT = 9;

  /** Sectors have 64 bits, bytes must fit 63. */
  static final int SECTOR_BITS = 63 - SECTOR_SHIFT;

  /** Bytes of one segment; larger ones are served all the same. */
  static final int SIZE_MAX = 131_072;

  /** Data segments of one request: what fits a queue of 128 with its header and status. */
  static final int SEG_MAX = 126;

  /** Descriptors that a request always may have, whatever the queue size. */
  static final int CHAIN_MIN = SEG_MAX + 2;

  /** Iovecs of one request: each segment, and as many region boundaries as there are segments. */
  static final int IOVECS = 2 * CHAIN_MIN;

  /** Requests in flight in one queue; what a larger ring holds beyond that waits in the ring. */
  static final int IN_FLIGHT = 1024;

  /** Ranges of one discard or write zeroes: as many as an NVMe drive takes at once. */
  static final int MAX_RANGES = 256;

  /** Sectors of one range, 256 MiB: where zeroes must be written, some 0.1 s of work. */
  static final int MAX_RANGE_SECTORS = 524_288;

  private BlkLimits() {}

  /** Data segments that a driver can use when it must find room for them in such a queue. */
  static int segMax(int queueSize) {
    return Math.clamp(queueSize - 2, 1, SEG_MAX);
  }
}

package io.vireo.daemon.perf;

/**
 * What load to put on a disk.
 *
 * @param depth requests of each queue that are in flight at once; 0 for a guest that is connected
 *     and does nothing
 * @param bytes of one request
 * @param readPercent of a hundred requests
 * @param queues rings that are used
 */
record PerfOptions(Workload workload, int readPercent, int bytes, int depth, int queues) {
  static final int MAX_BYTES = 64 << 20;
  static final int MAX_DEPTH = 1024;
  private static final int SECTOR_BYTES = 512;

  /** Checks what can be checked without a disk. */
  PerfOptions {
    require(depth >= 0 && depth <= MAX_DEPTH, "depth " + depth + " is not 0 to " + MAX_DEPTH);
    require(
        bytes >= SECTOR_BYTES && bytes <= MAX_BYTES && bytes % SECTOR_BYTES == 0,
        "requests of " + bytes + " bytes are no multiple of 512 up to " + MAX_BYTES);
    require(
        readPercent >= 0 && readPercent <= 100, readPercent + " of 100 requests cannot be reads");
    require(queues >= 1, queues + " queues are no load");
  }

  /** Depth 0 is for neighbours only. */
  static void requireLoad(int depth) {
    require(depth >= 1 && depth <= MAX_DEPTH, "depth " + depth + " is not 1 to " + MAX_DEPTH);
  }

  /** The same load of another depth on other queues. */
  PerfOptions on(int otherDepth, int otherQueues) {
    return new PerfOptions(workload, readPercent, bytes, otherDepth, otherQueues);
  }

  /** Whether each request is in flight alone. */
  boolean alone() {
    return depth * queues == 1;
  }

  /** Data of one request. */
  int bytesMoved() {
    return workload == Workload.FLUSH ? 0 : bytes;
  }

  String label() {
    return "%s at depth %d".formatted(workload.label(), depth);
  }

  boolean writes() {
    return workload.writes(readPercent);
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new IllegalArgumentException(sentence);
    }
  }
}

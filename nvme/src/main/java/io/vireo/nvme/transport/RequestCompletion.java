package io.vireo.nvme.transport;

/** Who wants to know when a request ended. */
public interface RequestCompletion {
  /**
   * The request ended and is its owner's again; it may be submitted anew from within. Called on the
   * queue's thread, exactly once for each submission that was accepted.
   *
   * @param status {@code NvmeStatus}; 0 is success
   */
  void completed(NvmeRequest request, int status);

  /** Whether it is still wanted: otherwise a reset ends what it would send again. */
  default boolean isWanted() {
    return true;
  }
}

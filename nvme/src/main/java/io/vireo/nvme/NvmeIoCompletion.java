package io.vireo.nvme;

/** Who wants to know when an I/O ended. */
public interface NvmeIoCompletion {
  /**
   * All of the I/O ended and it is its owner's again; it may be sent anew from within. Called on
   * the queue pair's thread, from within {@link IoQueuePair#poll} or when everything is ended,
   * exactly once for each time it was taken.
   *
   * @param status {@code NvmeStatus} of the first command that failed; 0 is success
   */
  void completed(NvmeIo io, int status);
}

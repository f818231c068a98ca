package io.vireo.nvme.transport;

/** Sends an admin command and waits for its end: what a transport needs to make I/O queues. */
public interface AdminChannel {
  /**
   * Sends a command and waits for its end; its owner is called on the way.
   *
   * @return dword 0 of its completion
   * @throws RuntimeException if it failed or timed out
   */
  int execute(NvmeRequest request);
}

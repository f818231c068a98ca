package io.vireo.nvme.transport;

/**
 * Where host memory lies for a device: host virtual address to I/O virtual address. Any thread;
 * reached from the hot path.
 */
public interface IovaMap {
  /** The device cannot reach that address. */
  long UNMAPPED = -1;

  /**
   * The device's address of the byte at {@code hva}, or {@link #UNMAPPED}. An answer holds to the
   * end of the 2 MiB entry that {@code hva} lies in, and both addresses agree modulo the page.
   */
  long iova(long hva);

  /** How many bytes from {@code hva} on, at most {@code maxBytes}, follow each other there too. */
  long run(long hva, long maxBytes);
}

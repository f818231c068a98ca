package io.vireo.nvme;

/**
 * Memory that every controller can reach, lent for data that it cannot take where they lie. Reactor
 * thread only: that of the queue pair it was given to.
 */
public interface BounceBuffers {
  /** No buffer at all: such data are refused. */
  BounceBuffers NONE = new NoBuffers();

  /** How long each buffer is; at least 4096, or 0 when there will never be one. */
  int bytes();

  /**
   * Lends a buffer: contiguous for the device, aligned to 4096 bytes, of any content.
   *
   * @return its host virtual address; 0: none is left for now
   */
  long take();

  /** Gives back what {@link #take} answered. */
  void give(long hva);

  /** See {@link #NONE}. */
  final class NoBuffers implements BounceBuffers {
    private NoBuffers() {}

    @Override
    public int bytes() {
      return 0;
    }

    @Override
    public long take() {
      return 0;
    }

    @Override
    public void give(long hva) {
      throw new IllegalStateException("no buffer was lent");
    }
  }
}

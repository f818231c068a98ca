package io.vireo.memreg;

/**
 * One reference to a part of a guest's memory file that is mapped here. Others may hold references
 * to the same mapping; it goes with the last one. Any thread.
 */
public final class Mapping implements AutoCloseable {
  private final MappingCache cache;
  private final MappedFile file;
  private boolean pinned; // guarded by this, as below
  private boolean closed;

  Mapping(MappingCache cache, MappedFile file) {
    this.cache = cache;
    this.file = file;
  }

  /** The host address of the file offset that was asked for. */
  public long hva() {
    return file.hva();
  }

  /** The size that was asked for. */
  public long bytes() {
    return file.key().bytes();
  }

  /**
   * Whether the file is shorter now than what is mapped: somebody truncated it, and access beyond
   * its end raises an {@link InternalError}.
   */
  public synchronized boolean fileTooShort() {
    requireOpen();
    return file.fileTooShort();
  }

  /**
   * Puts empty pages where the file has none any more, for all who hold the mapping: what is in
   * flight there ends without a fault, and what it writes is lost.
   */
  public synchronized void replaceLost() {
    requireOpen();
    cache.replaceLost(file);
  }

  /**
   * Registers the memory for devices, if no other reference has done so, until this one is {@link
   * #unpin unpinned} or closed; a second time does nothing. Takes as long as a device's driver
   * takes to bring in and pin every page.
   *
   * @throws RuntimeException what a subscriber of the registry throws; nothing has happened then
   */
  public synchronized void pin() {
    requireOpen();
    if (!pinned) {
      cache.pin(file);
      pinned = true;
    }
  }

  /** Ends what {@link #pin} began; no device may be using the memory through this reference. */
  public synchronized void unpin() {
    if (pinned) {
      pinned = false;
      cache.unpin(file);
    }
  }

  public synchronized boolean isPinned() {
    return pinned;
  }

  /** Drops this reference, once. Nobody may use the addresses through it any more. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      try {
        unpin();
      } finally {
        cache.release(file);
      }
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("mapping at 0x%x is closed".formatted(hva()));
    }
  }
}

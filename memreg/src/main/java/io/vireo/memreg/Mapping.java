package io.vireo.memreg;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One reference to a part of a guest's memory file that is mapped here. Others may hold references
 * to the same mapping; it goes with the last one. Any thread.
 */
public final class Mapping implements AutoCloseable {
  private final MappingCache cache;
  private final MappedFile file;
  private final AtomicBoolean closed = new AtomicBoolean();

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
  public boolean fileTooShort() {
    requireOpen();
    return file.fileTooShort();
  }

  /**
   * Puts empty pages where the file has none any more, for all who hold the mapping: what is in
   * flight there ends without a fault, and what it writes is lost.
   */
  public void replaceLost() {
    requireOpen();
    cache.replaceLost(file);
  }

  /** Drops this reference, once. Nobody may use the addresses through it any more. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      cache.release(file);
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("mapping at 0x%x is closed".formatted(hva()));
    }
  }
}

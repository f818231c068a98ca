package io.vireo.nvme;

/** What became of the I/Os that were more than one command in place. Reactor thread only. */
public final class IoCounters {
  private long waited;
  private long split;
  private long bounced;
  private long bouncedBytes;
  private long bufferWaits;

  void waited() {
    waited++;
  }

  void split() {
    split++;
  }

  void bounced(long bytes) {
    bounced++;
    bouncedBytes += bytes;
  }

  void bufferWait() {
    bufferWaits++;
  }

  /** I/Os that had to wait for room, a buffer, others or the end of a reset. */
  public long waitedIos() {
    return waited;
  }

  /** I/Os that became other commands than one in place. */
  public long splitIos() {
    return split;
  }

  /** Commands whose data went through a bounce buffer. */
  public long bouncedCommands() {
    return bounced;
  }

  /** Bytes that went through bounce buffers. */
  public long bouncedBytes() {
    return bouncedBytes;
  }

  /** How often a command could not be made for want of a bounce buffer. */
  public long bufferWaits() {
    return bufferWaits;
  }
}

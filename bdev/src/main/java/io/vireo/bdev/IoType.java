package io.vireo.bdev;

/** What a request asks for. */
public enum IoType {
  /** Fills the buffers from the range. */
  READ(0, true, false),
  /** Writes the buffers to the range. */
  WRITE(1, true, true),
  /** Every write that completed before is durable afterwards; has no range. */
  FLUSH(2, false, false),
  /** The range is no longer needed; the modules here make it read as zeroes. */
  UNMAP(3, true, true),
  /** The range reads as zeroes afterwards. */
  WRITE_ZEROES(4, true, true),
  /** Ends when everything has ended that was in flight on the channel; has no range. */
  RESET(5, false, false);

  /** How many types there are. */
  static final int COUNT = values().length;

  private final int index;
  private final boolean ranged;
  private final boolean modifies;

  IoType(int index, boolean ranged, boolean modifies) {
    this.index = index;
    this.ranged = ranged;
    this.modifies = modifies;
  }

  /** Whether the request names a range of the bdev. */
  public boolean ranged() {
    return ranged;
  }

  /** Whether the request changes what is stored, and so is refused on a read-only bdev. */
  public boolean modifies() {
    return modifies;
  }

  /** Whether the request carries buffers. */
  public boolean hasData() {
    return this == READ || this == WRITE;
  }

  /** A number of its own, from 0, to index tables with. */
  public int index() {
    return index;
  }

  /** A bit of its own, for sets of types. */
  int bit() {
    return 1 << index;
  }
}

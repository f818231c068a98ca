package io.vireo.daemon.nvme;

/** A request in flight of {@link SocketChecks}. */
final class DiskRequest {
  /** Whose part of the disk and of the memory it is about. */
  final int slot;

  final boolean write;

  /** Where on the disk. */
  final int at;

  final int bytes;

  /** Where its data lie. */
  final long gpa;

  /** What it writes, or room for what it has read. */
  final byte[] data;

  DiskRequest(int slot, boolean write, int at, int bytes, long gpa, byte[] data) {
    this.slot = slot;
    this.write = write;
    this.at = at;
    this.bytes = bytes;
    this.gpa = gpa;
    this.data = data;
  }

  @Override
  public String toString() {
    return "%s of %d bytes at %d".formatted(write ? "write" : "read", bytes, at);
  }
}

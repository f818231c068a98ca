package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import java.util.BitSet;

/** What must be on the first bytes of a disk, as far as that is known. */
final class KnownContent {
  private final byte[] content;
  private final int block;
  private final BitSet unknown = new BitSet();

  KnownContent(int bytes, int block) {
    this.content = new byte[bytes];
    this.block = block;
  }

  int bytes() {
    return content.length;
  }

  /** These bytes are there from now on. */
  void written(int at, byte[] data, int bytes) {
    System.arraycopy(data, 0, content, at, bytes);
    unknown.clear(at / block, (at + bytes) / block);
  }

  /** A write failed: what was there may be, or what was to be. */
  void lost(int at, int bytes) {
    unknown.set(at / block, (at + bytes) / block);
  }

  /** Compares what was read. */
  void check(int at, byte[] seen, int bytes) {
    for (int i = 0; i < bytes; i++) {
      if (seen[i] != content[at + i]) {
        require(unknown.get((at + i) / block), "byte %d is wrong".formatted(at + i));
      }
    }
  }
}

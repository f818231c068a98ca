package io.vireo.virtio.blk;

/** Reactor thread only. Which heads of a ring belong to the device. */
final class HeadSet {
  private final long[] words;

  HeadSet(int size) {
    words = new long[(size + Long.SIZE - 1) / Long.SIZE];
  }

  boolean contains(int head) {
    return (words[head / Long.SIZE] & bit(head)) != 0;
  }

  void add(int head) {
    words[head / Long.SIZE] |= bit(head);
  }

  void remove(int head) {
    words[head / Long.SIZE] &= ~bit(head);
  }

  private static long bit(int head) {
    return 1L << head; // of the word: the shift takes the lowest six bits
  }
}

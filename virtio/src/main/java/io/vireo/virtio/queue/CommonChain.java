package io.vireo.virtio.queue;

import io.vireo.memreg.Translator;

/**
 * Reactor thread only. Recognises the shape that nearly every request of a disk has: three
 * descriptors, the first readable, the last writable, in the ring or in one indirect table.
 *
 * <p>Whatever else it meets, malformed or merely rare, it leaves to {@link DescriptorWalk}, which
 * reads the chain anew and believes nothing found here.
 */
public final class CommonChain {
  private static final int LENGTH = 3;

  private final SplitQueue queue;
  private final Translator memory;
  private final boolean indirect;

  private long firstGpa;
  private long firstBytes;
  private long secondGpa;
  private long secondBytes;
  private boolean secondWritable;
  private long thirdGpa;
  private long thirdBytes;

  /**
   * @param indirect whether INDIRECT_DESC was negotiated
   */
  public CommonChain(SplitQueue queue, Translator memory, boolean indirect) {
    this.queue = queue;
    this.memory = memory;
    this.indirect = indirect;
  }

  /** Whether the chain at {@code head} has this shape; if so its fields can be asked for. */
  public boolean read(int head) {
    long table = queue.descriptors();
    long descriptor = table + (long) head * Descriptor.BYTES;
    long word = Descriptor.secondWord(descriptor);
    int flags = Descriptor.flags(word);
    if (flags == Descriptor.F_NEXT) {
      return read(table, queue.size(), descriptor, word);
    }
    // 2.7.5.3.2: WRITE means nothing in the descriptor that refers to a table.
    long bytes = Descriptor.len(word);
    if ((flags & ~Descriptor.F_WRITE) != Descriptor.F_INDIRECT
        || !indirect
        || bytes != LENGTH * Descriptor.BYTES) {
      return false;
    }
    table = memory.hva(Descriptor.addr(descriptor), bytes);
    if (table == 0) {
      return false;
    }
    word = Descriptor.secondWord(table);
    return Descriptor.flags(word) == Descriptor.F_NEXT && read(table, LENGTH, table, word);
  }

  private boolean read(long table, int entries, long first, long firstWord) {
    int index = Descriptor.next(firstWord);
    if (index >= entries) {
      return false;
    }
    long second = table + (long) index * Descriptor.BYTES;
    long secondWord = Descriptor.secondWord(second);
    int secondFlags = Descriptor.flags(secondWord);
    index = Descriptor.next(secondWord);
    if ((secondFlags & ~Descriptor.F_WRITE) != Descriptor.F_NEXT || index >= entries) {
      return false;
    }
    long third = table + (long) index * Descriptor.BYTES;
    long thirdWord = Descriptor.secondWord(third);
    if (Descriptor.flags(thirdWord) != Descriptor.F_WRITE) {
      return false;
    }
    firstGpa = Descriptor.addr(first);
    firstBytes = Descriptor.len(firstWord);
    secondGpa = Descriptor.addr(second);
    secondBytes = Descriptor.len(secondWord);
    secondWritable = secondFlags != Descriptor.F_NEXT;
    thirdGpa = Descriptor.addr(third);
    thirdBytes = Descriptor.len(thirdWord);
    return true;
  }

  public long firstGpa() {
    return firstGpa;
  }

  public long firstBytes() {
    return firstBytes;
  }

  public long secondGpa() {
    return secondGpa;
  }

  public long secondBytes() {
    return secondBytes;
  }

  public boolean secondWritable() {
    return secondWritable;
  }

  public long thirdGpa() {
    return thirdGpa;
  }

  public long thirdBytes() {
    return thirdBytes;
  }
}

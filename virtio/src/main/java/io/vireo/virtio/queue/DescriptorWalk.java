package io.vireo.virtio.queue;

import io.vireo.linux.Mem;
import io.vireo.memreg.Translator;
import io.vireo.virtio.BreakReason;

/**
 * Reactor thread only. Reads a chain of any shape and turns it into pieces of host memory: the
 * readable ones first, then the writable ones, as the order in the chain must be (virtio 1.3,
 * 2.7.4.2).
 *
 * <p>A buffer that crosses from one memory region into an adjacent one becomes several pieces;
 * buffers that adjoin in host memory become one. Each descriptor is read once. Empty buffers, which
 * the specification neither asks for nor forbids, contribute nothing.
 *
 * <p>The number of descriptors of a chain is bounded by the queue size (2.7.5.3.1), or by a minimum
 * that the device model sets: Linux drivers build indirect tables for as many segments as the
 * device allows, also in a queue that is smaller than that, and only warn.
 */
public final class DescriptorWalk {
  /**
   * Most pieces that are kept: as many iovecs as a device model has for one request, 256, and some
   * for what lies before and behind the data.
   */
  public static final int MAX_PIECES = 288;

  private static final long MAX_CHAIN_BYTES = 1L << 32;
  private static final int MAX_TABLE_ENTRIES = 1 << 16; // what a next field can name

  private final SplitQueue queue;
  private final Translator memory;
  private final boolean indirectAllowed;
  private final int maxDescriptors;
  private int descriptors;

  private final long[] hvas = new long[MAX_PIECES];
  private final long[] lengths = new long[MAX_PIECES];
  private int pieces;
  private int readablePieces;
  private boolean tooManyPieces;
  private long readableBytes;
  private long writableBytes;
  private boolean writableSeen;
  private long lastWritableHva; // of the last writable byte

  // Of the descriptor just read.
  private long gpa;
  private long word;

  /**
   * @param indirectAllowed whether INDIRECT_DESC was negotiated
   * @param leastMaximum a chain of this many descriptors is allowed whatever the queue size is
   */
  public DescriptorWalk(
      SplitQueue queue, Translator memory, boolean indirectAllowed, int leastMaximum) {
    this.queue = queue;
    this.memory = memory;
    this.indirectAllowed = indirectAllowed;
    this.maxDescriptors = Math.max(queue.size(), leastMaximum);
  }

  /**
   * Reads the chain at {@code head}, which is below the queue size.
   *
   * @return why the queue is broken, or null: then the pieces can be asked for
   */
  public BreakReason read(int head) {
    clear();
    int entries = queue.size();
    long table = 0; // guest-physical address of the indirect table, once there is one
    boolean indirect = false;
    int index = head;
    while (true) {
      if (index >= entries) {
        return BreakReason.NEXT_OUT_OF_RANGE;
      }
      if (!(indirect ? loadIndirect(table, index) : loadDirect(index))) {
        return BreakReason.ADDRESS_NOT_MAPPED;
      }
      int flags = Descriptor.flags(word);
      if ((flags & Descriptor.F_INDIRECT) != 0) {
        BreakReason refused = refuseTable(indirect, flags, Descriptor.len(word));
        if (refused != null) {
          return refused;
        }
        indirect = true;
        table = gpa;
        entries = (int) Math.min(Descriptor.len(word) / Descriptor.BYTES, MAX_TABLE_ENTRIES);
        index = 0;
        continue; // 2.7.5.3.2: the writable flag of this descriptor means nothing
      }
      if (++descriptors > maxDescriptors) {
        return BreakReason.CHAIN_TOO_LONG;
      }
      BreakReason refused = add((flags & Descriptor.F_WRITE) != 0, Descriptor.len(word));
      if (refused != null || (flags & Descriptor.F_NEXT) == 0) {
        return refused;
      }
      index = Descriptor.next(word);
    }
  }

  private void clear() {
    descriptors = 0;
    pieces = 0;
    readablePieces = 0;
    tooManyPieces = false;
    readableBytes = 0;
    writableBytes = 0;
    writableSeen = false;
    lastWritableHva = 0;
  }

  private BreakReason refuseTable(boolean nested, int flags, long bytes) {
    if (!indirectAllowed) {
      return BreakReason.INDIRECT_NOT_NEGOTIATED;
    }
    if (nested) {
      return BreakReason.INDIRECT_NESTED;
    }
    if ((flags & Descriptor.F_NEXT) != 0) {
      return BreakReason.INDIRECT_WITH_NEXT;
    }
    return bytes == 0 || bytes % Descriptor.BYTES != 0 ? BreakReason.INDIRECT_LENGTH : null;
  }

  private boolean loadDirect(int index) {
    long descriptor = queue.descriptors() + (long) index * Descriptor.BYTES;
    gpa = Descriptor.addr(descriptor);
    word = Descriptor.secondWord(descriptor);
    return true;
  }

  private boolean loadIndirect(long table, int index) {
    long at = table + (long) index * Descriptor.BYTES;
    long hva = memory.hva(at, Descriptor.BYTES);
    if (hva != 0) {
      gpa = Descriptor.addr(hva);
      word = Descriptor.secondWord(hva);
      return true;
    }
    return loadWord(at) && loadAcross(at);
  }

  /** A table need not be aligned, so a descriptor may begin in one region and end in the next. */
  private boolean loadAcross(long at) {
    gpa = word;
    return loadWord(at + Descriptor.LEN);
  }

  private boolean loadWord(long at) {
    word = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      long hva = memory.hva(at + i, 1);
      if (hva == 0) {
        return false;
      }
      word |= (Mem.getByte(hva) & 0xffL) << (8 * i);
    }
    return true;
  }

  private BreakReason add(boolean writable, long bytes) {
    if (writableSeen && !writable) {
      return BreakReason.READABLE_AFTER_WRITABLE;
    }
    writableSeen |= writable;
    if (readableBytes + writableBytes + bytes > MAX_CHAIN_BYTES) {
      return BreakReason.CHAIN_TOO_BIG;
    }
    long at = gpa;
    for (long left = bytes; left > 0; ) {
      long held = Math.min(memory.contiguous(at), left);
      if (held == 0) {
        return BreakReason.ADDRESS_NOT_MAPPED;
      }
      addPiece(memory.hva(at, held), held, writable);
      at += held;
      left -= held;
    }
    return null;
  }

  private void addPiece(long hva, long bytes, boolean writable) {
    int firstOfKind = writable ? readablePieces : 0;
    if (pieces > firstOfKind && hvas[pieces - 1] + lengths[pieces - 1] == hva) {
      lengths[pieces - 1] += bytes;
    } else if (pieces < MAX_PIECES) {
      hvas[pieces] = hva;
      lengths[pieces++] = bytes;
    } else {
      tooManyPieces = true;
    }
    if (writable) {
      writableBytes += bytes;
      lastWritableHva = hva + bytes - 1;
    } else {
      readableBytes += bytes;
      readablePieces = pieces;
    }
  }

  /** How many descriptors were read, one that refers to a table excepted. */
  public int descriptors() {
    return descriptors;
  }

  /** Number of pieces; those up to {@link #readablePieces} are readable, the others writable. */
  public int pieces() {
    return pieces;
  }

  public int readablePieces() {
    return readablePieces;
  }

  /** Host address of a piece. */
  public long hva(int piece) {
    return hvas[piece];
  }

  /** Length of a piece. */
  public long length(int piece) {
    return lengths[piece];
  }

  /** Whether there were more than {@link #MAX_PIECES}, so that some are missing. */
  public boolean tooManyPieces() {
    return tooManyPieces;
  }

  public long readableBytes() {
    return readableBytes;
  }

  public long writableBytes() {
    return writableBytes;
  }

  /** Host address of the last writable byte, 0 if there is none; known however many pieces. */
  public long lastWritableHva() {
    return lastWritableHva;
  }

  /** Copies readable bytes, from {@code skip} on, into memory of our own; answers how many. */
  public int copyReadable(long skip, long to, int bytes) {
    return copy(0, readablePieces, skip, to, bytes, true);
  }

  /** Copies from memory of our own to the start of the writable bytes; answers how many. */
  public int copyWritable(long from, int bytes) {
    return copy(readablePieces, pieces, 0, from, bytes, false);
  }

  private int copy(int piece, int end, long skip, long own, int bytes, boolean fromGuest) {
    long toSkip = skip;
    int done = 0;
    for (int p = piece; p < end && done < bytes; p++) {
      if (toSkip >= lengths[p]) {
        toSkip -= lengths[p];
        continue;
      }
      int n = (int) Math.min(lengths[p] - toSkip, bytes - done);
      long guest = hvas[p] + toSkip;
      Mem.copy(fromGuest ? guest : own + done, fromGuest ? own + done : guest, n);
      done += n;
      toSkip = 0;
    }
    return done;
  }
}

package io.vireo.memreg;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The userspace page table: a 64-bit translation for each 2 MiB of a 256 TiB address space.
 *
 * <pre>
 *   address  47        30 29      21 20          0
 *            |   top     |   leaf   |   in page   |     top:  2^18 entries of 1 GiB
 *                                                       leaf: 512 entries of 2 MiB, made on demand
 * </pre>
 *
 * What a translation means is the owner's matter: the start of the region that an entry belongs to
 * ({@link Contiguity#SAME}), or an address of the other side that grows with this one ({@link
 * Contiguity#LINEAR}). Where nothing was set, the default answers.
 *
 * <p>Any thread may read without a lock; a reader that sees a translation sees everything that its
 * writer did before. Writers are serialised by the owner. Leaves are kept until the map goes: 4 KiB
 * for each GiB that was ever used.
 */
public final class MemoryMap {
  /** How translations of neighbouring entries belong together. */
  public enum Contiguity {
    /** Entries are contiguous when their translations are the same. */
    SAME,
    /** Entries are contiguous when the translation grows by 2 MiB from one to the next. */
    LINEAR
  }

  /** Every address lies below this. */
  public static final long ADDRESS_SPACE_BYTES = 1L << 48;

  /** What one entry covers. */
  public static final long ENTRY_BYTES = 1L << 21;

  private static final int ENTRY_SHIFT = 21;
  private static final int LEAF_SHIFT = 30;
  private static final int LEAF_ENTRIES = 1 << (LEAF_SHIFT - ENTRY_SHIFT);
  private static final long IN_ENTRY = ENTRY_BYTES - 1;

  private static final VarHandle TOP = MethodHandles.arrayElementVarHandle(long[][].class);
  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[][] top = new long[(int) (ADDRESS_SPACE_BYTES >>> LEAF_SHIFT)][];
  private final long unknown;
  private final long stepBytes; // from one entry's translation to the next one's
  private final long inEntryMask; // what of an address its translation grows by

  /**
   * @param defaultTranslation the answer where nothing is set
   */
  public MemoryMap(long defaultTranslation, Contiguity contiguity) {
    this.unknown = defaultTranslation;
    this.stepBytes = contiguity == Contiguity.LINEAR ? ENTRY_BYTES : 0;
    this.inEntryMask = contiguity == Contiguity.LINEAR ? IN_ENTRY : 0;
  }

  /**
   * Sets the entries of a range; {@code address} and {@code bytes} are multiples of 2 MiB. The
   * first entry gets {@code translation}, the following ones the same or, in a linear map, 2 MiB
   * more each.
   *
   * @throws IllegalArgumentException if the range is empty, unaligned or beyond 256 TiB, or if a
   *     translation would be the default
   */
  public void set(long address, long bytes, long translation) {
    checkRange(address, bytes);
    checkTellsFromDefault(bytes, translation);
    long next = translation;
    for (long at = address; at < address + bytes; at += ENTRY_BYTES) {
      ENTRY.setRelease(leafForWriting(at), leafIndex(at), next);
      next += stepBytes;
    }
  }

  /** Puts the default back on a range; the rules of {@link #set} hold for it. */
  public void clear(long address, long bytes) {
    checkRange(address, bytes);
    long end = address + bytes;
    long at = address;
    while (at < end) {
      long[] leaf = leaf(at);
      if (leaf == null) {
        at = nextLeaf(at);
      } else {
        ENTRY.setRelease(leaf, leafIndex(at), unknown);
        at += ENTRY_BYTES;
      }
    }
  }

  /**
   * The translation at {@code address}: in a linear map moved on by the address's offset in its
   * entry. Any thread; an address beyond 256 TiB is unknown like any other that was not set.
   */
  public long translate(long address) {
    long entry = entry(address);
    return entry == unknown ? unknown : entry + (address & inEntryMask);
  }

  /**
   * How many bytes from {@code address} on the translation holds, at most {@code maxBytes}. For an
   * unknown address: how many bytes are unknown. Any thread; beyond 256 TiB nothing holds.
   */
  public long run(long address, long maxBytes) {
    if (address >>> 48 != 0 || maxBytes <= 0) {
      return 0;
    }
    long end = address + Math.min(maxBytes, ADDRESS_SPACE_BYTES - address);
    long next = (address & ~IN_ENTRY) + ENTRY_BYTES;
    long translation = entry(address);
    long stop =
        translation == unknown ? endOfUnknown(next, end) : endOfKnown(next, end, translation);
    return Math.min(stop, end) - address;
  }

  private long endOfUnknown(long from, long end) {
    long at = from;
    while (at < end) {
      if (leaf(at) == null) {
        at = nextLeaf(at);
      } else if (entry(at) == unknown) {
        at += ENTRY_BYTES;
      } else {
        break;
      }
    }
    return at;
  }

  private long endOfKnown(long from, long end, long translation) {
    long at = from;
    long wanted = translation + stepBytes;
    while (at < end && wanted != unknown && entry(at) == wanted) {
      at += ENTRY_BYTES;
      wanted += stepBytes;
    }
    return at;
  }

  private long entry(long address) {
    if (address >>> 48 != 0) {
      return unknown;
    }
    long[] leaf = leaf(address);
    return leaf == null ? unknown : (long) ENTRY.getAcquire(leaf, leafIndex(address));
  }

  private long[] leaf(long address) {
    return (long[]) TOP.getAcquire(top, (int) (address >>> LEAF_SHIFT));
  }

  private long[] leafForWriting(long address) {
    long[] leaf = leaf(address);
    if (leaf == null) {
      leaf = new long[LEAF_ENTRIES];
      Arrays.fill(leaf, unknown);
      TOP.setRelease(top, (int) (address >>> LEAF_SHIFT), leaf);
    }
    return leaf;
  }

  private static int leafIndex(long address) {
    return (int) (address >>> ENTRY_SHIFT) & (LEAF_ENTRIES - 1);
  }

  private static long nextLeaf(long address) {
    return ((address >>> LEAF_SHIFT) + 1) << LEAF_SHIFT;
  }

  private static void checkRange(long address, long bytes) {
    if (((address | bytes) & IN_ENTRY) != 0) {
      throw new IllegalArgumentException(
          "range 0x%x + 0x%x bytes is not made of whole 2 MiB entries".formatted(address, bytes));
    }
    if (bytes <= 0 || address >>> 48 != 0 || bytes > ADDRESS_SPACE_BYTES - address) {
      throw new IllegalArgumentException(
          "range 0x%x + 0x%x bytes is empty or beyond 256 TiB".formatted(address, bytes));
    }
  }

  private void checkTellsFromDefault(long bytes, long translation) {
    long away = unknown - translation;
    boolean met =
        stepBytes == 0
            ? away == 0
            : Long.compareUnsigned(away, bytes) < 0 && (away & IN_ENTRY) == 0;
    if (met) {
      throw new IllegalArgumentException(
          "translation 0x%x over 0x%x bytes takes the value 0x%x that stands for unknown"
              .formatted(translation, bytes, unknown));
    }
  }
}

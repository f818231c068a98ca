package io.vireo.memreg;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Mem;
import io.vireo.linux.Numa;
import java.util.Map;
import java.util.TreeMap;

/**
 * Memory of our own that devices reach: for queues, their lists and bounce buffers.
 *
 * <p>It grows by blocks, each of which is registered in the {@link MemoryRegistry} as a whole and
 * given back when nothing of it is used any more, above a least size. Within a block addresses are
 * contiguous for a device behind an IOMMU; without one only within 2 MiB, in which an allocation
 * lies that is no larger than its alignment. First fit; free neighbours are one.
 *
 * <p>Any thread; one lock, under which blocks are registered: for control paths. Reactors take
 * elements out of a {@link DmaPool}.
 */
public final class DmaHeap implements AutoCloseable {
  /** Allocations begin and end at cache lines, so that no device writes to another's. */
  static final long LINE_BYTES = 64;

  /**
   * How a heap grows and shrinks.
   *
   * @param name of its mappings in /proc/self/maps
   * @param hugePages what it is made of
   * @param blockBytes by how much it grows at least; rounded up to 2 MiB
   * @param keptBytes what it keeps of its blocks when they are free
   * @param maxBytes the most that all blocks may have together
   */
  public record Options(
      String name, HostMemory.HugePages hugePages, long blockBytes, long keptBytes, long maxBytes) {
    public Options {
      if (blockBytes <= 0 || blockBytes > maxBytes || maxBytes > MemoryMap.ADDRESS_SPACE_BYTES) {
        throw new IllegalArgumentException(
            "blocks of %d bytes are not between 1 and the %d of the heap, of at most 256 TiB"
                .formatted(blockBytes, maxBytes));
      }
    }

    /** Blocks of 16 MiB, the first of which is kept; at most 16 GiB. */
    public static Options defaults(String name) {
      return new Options(name, HostMemory.HugePages.PREFER, 16L << 20, 16L << 20, 16L << 30);
    }
  }

  /**
   * What a heap holds.
   *
   * @param totalBytes of all blocks
   * @param usedBytes of all allocations
   * @param largestFreeBytes what can be allocated without growing
   * @param allocations how many were not freed
   * @param blocks how many blocks there are
   * @param hugePageBlocks how many of these are made of reserved huge pages
   */
  public record Statistics(
      long totalBytes,
      long usedBytes,
      long largestFreeBytes,
      int allocations,
      int blocks,
      int hugePageBlocks) {}

  private final MemoryRegistry registry;
  private final Options options;
  private final TreeMap<Long, DmaBlock> blocks = new TreeMap<>(); // by address; guarded by itself
  private long totalBytes; // guarded by blocks
  private boolean closed; // guarded by blocks

  public DmaHeap(MemoryRegistry registry, Options options) {
    this.registry = registry;
    this.options = options;
  }

  /**
   * Zeroed memory.
   *
   * @param bytes rounded up to a cache line
   * @param alignmentBytes a power of two; a cache line at least
   * @param numaNode where it should lie, if possible; or {@link Numa#ANY_NODE}
   * @return its host virtual address
   * @throws ErrnoException ENOMEM: the heap may not grow, or the machine has no memory; also what
   *     the registry's subscribers throw
   */
  public long allocate(long bytes, long alignmentBytes, int numaNode) {
    if (bytes <= 0 || bytes > MemoryMap.ADDRESS_SPACE_BYTES) {
      throw new IllegalArgumentException("%d bytes are not between 1 and 256 TiB".formatted(bytes));
    }
    Aligned.requirePowerOfTwo(alignmentBytes, MemoryMap.ADDRESS_SPACE_BYTES);
    long size = Aligned.up(bytes, LINE_BYTES);
    long alignment = Math.max(alignmentBytes, LINE_BYTES);
    long hva;
    synchronized (blocks) {
      requireOpen();
      hva = fromBlocks(size, alignment, numaNode);
      if (hva == FreeRanges.NONE) {
        hva = fromNewBlock(size, alignment, numaNode);
      }
    }
    Mem.fill(hva, size, (byte) 0);
    return hva;
  }

  private long fromBlocks(long bytes, long alignment, int numaNode) {
    for (DmaBlock block : blocks.values()) {
      if (numaNode == Numa.ANY_NODE || numaNode == block.numaNode()) {
        long hva = block.allocate(bytes, alignment);
        if (hva != FreeRanges.NONE) {
          return hva;
        }
      }
    }
    return FreeRanges.NONE;
  }

  /** From a new block; when there can be none, from whatever other nodes have. */
  private long fromNewBlock(long bytes, long alignment, int numaNode) {
    try {
      return newBlockFor(bytes, alignment, numaNode).allocate(bytes, alignment);
    } catch (RuntimeException none) {
      long elsewhere = fromBlocks(bytes, alignment, Numa.ANY_NODE);
      if (elsewhere == FreeRanges.NONE) {
        throw none;
      }
      return elsewhere;
    }
  }

  private DmaBlock newBlockFor(long bytes, long alignment, int numaNode) {
    long gap = Math.max(0, alignment - MemoryMap.ENTRY_BYTES); // blocks begin at 2 MiB
    long least = Aligned.up(bytes + gap, MemoryMap.ENTRY_BYTES);
    long wanted = Math.max(least, Aligned.up(options.blockBytes, MemoryMap.ENTRY_BYTES));
    long most = (options.maxBytes - totalBytes) & -MemoryMap.ENTRY_BYTES;
    if (most < least) {
      throw full(bytes);
    }
    DmaBlock block = newBlock(Math.min(wanted, most), least, numaNode);
    blocks.put(block.address(), block);
    totalBytes += block.bytes();
    return block;
  }

  /** A limit of huge or locked pages may have room for less than was wanted. */
  private DmaBlock newBlock(long wanted, long least, int numaNode) {
    try {
      return new DmaBlock(registry, options.name, wanted, options.hugePages, numaNode);
    } catch (RuntimeException e) {
      if (wanted == least) {
        throw e;
      }
      return new DmaBlock(registry, options.name, least, options.hugePages, numaNode);
    }
  }

  private ErrnoException full(long bytes) {
    Statistics now = statistics();
    String what =
        "of %d bytes in DMA heap %s, which has %d of at most %d and uses %d"
            .formatted(bytes, options.name, now.totalBytes, options.maxBytes, now.usedBytes);
    return new ErrnoException("allocate", Errno.ENOMEM, what);
  }

  /**
   * Gives back what {@link #allocate} answered.
   *
   * @throws IllegalStateException if it did not, or it was given back before: in a sentence
   */
  public void free(long hva) {
    synchronized (blocks) {
      requireOpen();
      Map.Entry<Long, DmaBlock> below = blocks.floorEntry(hva);
      if (below == null || !below.getValue().holds(hva)) {
        throw new IllegalStateException(
            "memory at 0x%x is not of DMA heap %s".formatted(hva, options.name));
      }
      DmaBlock block = below.getValue();
      block.free(hva);
      if (block.allocations() == 0 && totalBytes - block.bytes() >= options.keptBytes) {
        drop(block);
      }
    }
  }

  private void drop(DmaBlock block) {
    blocks.remove(block.address());
    totalBytes -= block.bytes();
    block.close();
  }

  /** What it holds now. */
  public Statistics statistics() {
    synchronized (blocks) {
      return new Statistics(
          totalBytes,
          totalBytes - blocks.values().stream().mapToLong(DmaBlock::freeBytes).sum(),
          blocks.values().stream().mapToLong(DmaBlock::largestFreeBytes).max().orElse(0),
          allocations(),
          blocks.size(),
          (int) blocks.values().stream().filter(DmaBlock::hugePages).count());
    }
  }

  private int allocations() {
    return blocks.values().stream().mapToInt(DmaBlock::allocations).sum();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("DMA heap " + options.name + " is closed");
    }
  }

  /**
   * Gives all memory back; a second time does nothing.
   *
   * @throws IllegalStateException if some is allocated still, which a device may be writing to:
   *     nothing has happened
   */
  @Override
  public void close() {
    synchronized (blocks) {
      int left = allocations();
      if (left > 0) {
        throw new IllegalStateException(
            "DMA heap %s is closed with %d allocations of %d bytes that were not freed"
                .formatted(options.name, left, statistics().usedBytes));
      }
      closed = true;
      dropAll();
    }
  }

  /** Drops every block, also when a subscriber of the registry throws at one. */
  private void dropAll() {
    RuntimeException first = null;
    while (!blocks.isEmpty()) {
      try {
        drop(blocks.lastEntry().getValue());
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}

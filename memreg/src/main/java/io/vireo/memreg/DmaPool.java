package io.vireo.memreg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Elements of one size out of a {@link DmaHeap}, made once. Each reactor takes and puts them by a
 * {@link DmaPoolCache} of its own; the rest lies in one place, which caches take from and give to
 * in batches, without a lock.
 *
 * <p>No element crosses a multiple of 2 MiB unless it is larger: a device sees it in one piece. It
 * holds what its last user left there, which may be another guest's data.
 *
 * <p>Any thread, for control paths; the caches are for reactors.
 */
public final class DmaPool implements AutoCloseable {
  /**
   * What a pool consists of.
   *
   * @param name for messages
   * @param elementBytes of one element
   * @param alignmentBytes of each element: a power of two, at most 2 MiB
   * @param elements how many
   * @param numaNode where they should lie, if possible; or {@code Numa.ANY_NODE}
   */
  public record Options(
      String name, long elementBytes, long alignmentBytes, int elements, int numaNode) {
    public Options {
      if (elementBytes <= 0 || elementBytes > MemoryMap.ADDRESS_SPACE_BYTES || elements <= 0) {
        throw new IllegalArgumentException(
            "%d elements of %d bytes make no pool".formatted(elements, elementBytes));
      }
      Aligned.requirePowerOfTwo(alignmentBytes, MemoryMap.ENTRY_BYTES);
    }
  }

  /**
   * What a pool holds, counted while others use it.
   *
   * @param elements all of them
   * @param free those that nobody uses, in caches or not
   * @param caches how many caches are open
   * @param refused how often a cache, open or closed since, had none to give
   */
  public record Statistics(int elements, int free, int caches, long refused) {}

  private final DmaHeap heap;
  private final Options options;
  private final long[] chunks; // what the heap gave
  private final DmaElements elements;
  private final List<DmaPoolCache> caches = new ArrayList<>(); // guarded by itself, as the rest
  private long refusedByClosed;
  private boolean closed;

  /** Allocates all elements; throws what {@link DmaHeap#allocate} throws. */
  public DmaPool(DmaHeap heap, Options options) {
    this.heap = heap;
    this.options = options;
    long stride = Aligned.up(options.elementBytes, options.alignmentBytes);
    int most = (int) Math.max(1, MemoryMap.ENTRY_BYTES / stride);
    int perChunk = Math.min(most, options.elements);
    long chunkBytes = perChunk * stride;
    this.chunks = new long[(options.elements - 1) / perChunk + 1];
    allocate(chunkBytes, options.numaNode);
    DmaChunks layout = new DmaChunks(chunks, perChunk, stride, options.elements);
    this.elements = new DmaElements(options.name, layout);
  }

  /** Fills {@link #chunks}, ascending; each lies within 2 MiB if it is no larger. */
  private void allocate(long chunkBytes, int numaNode) {
    long powerOfTwo = Long.highestOneBit(chunkBytes - 1) * 2;
    long alignment = Math.clamp(powerOfTwo, options.alignmentBytes, MemoryMap.ENTRY_BYTES);
    int made = 0;
    try {
      for (; made < chunks.length; made++) {
        chunks[made] = heap.allocate(chunkBytes, alignment, numaNode);
      }
    } catch (Throwable e) {
      while (made > 0) {
        heap.free(chunks[--made]);
      }
      throw e;
    }
    Arrays.sort(chunks);
  }

  /**
   * A cache for one reactor.
   *
   * @param batch how many elements it takes and gives at once; it holds up to twice as many
   * @throws IllegalArgumentException if idle caches could then hold every element, and another one
   *     would never get any
   */
  public DmaPoolCache cache(int batch) {
    if (batch <= 0 || batch > elements.size()) {
      throw new IllegalArgumentException(
          "batch of %d elements is not between 1 and the %d of pool %s"
              .formatted(batch, elements.size(), options.name));
    }
    synchronized (caches) {
      if (closed) {
        throw new IllegalStateException("pool " + options.name + " is closed");
      }
      requireEnoughBesides(2 * batch);
      DmaPoolCache cache = new DmaPoolCache(this, elements, batch);
      caches.add(cache);
      return cache;
    }
  }

  /** All caches but any one of them hold less than there is. */
  private void requireEnoughBesides(int capacity) {
    int all = capacity + caches.stream().mapToInt(DmaPoolCache::capacity).sum();
    int least =
        Math.min(capacity, caches.stream().mapToInt(DmaPoolCache::capacity).min().orElse(capacity));
    if (all - least >= elements.size()) {
      throw new IllegalArgumentException(
          "pool %s of %d elements is too small for %d caches that can hold %d"
              .formatted(options.name, elements.size(), caches.size() + 1, all));
    }
  }

  /** A cache has given everything back. */
  void left(DmaPoolCache cache) {
    synchronized (caches) {
      caches.remove(cache);
      refusedByClosed += cache.refused();
    }
  }

  /** The size of an element. */
  public long elementBytes() {
    return options.elementBytes;
  }

  /** What the address of each element is a multiple of. */
  public long alignmentBytes() {
    return options.alignmentBytes;
  }

  /** What it holds now. */
  public Statistics statistics() {
    synchronized (caches) {
      int held = caches.stream().mapToInt(DmaPoolCache::held).sum();
      long refused = refusedByClosed + caches.stream().mapToLong(DmaPoolCache::refused).sum();
      int free = Math.min(elements.size(), elements.free() + held); // one may have just moved
      return new Statistics(elements.size(), free, caches.size(), refused);
    }
  }

  /**
   * Gives the memory back to the heap; a second time does nothing.
   *
   * @throws IllegalStateException if a cache is open, or an element was not put back, which a
   *     device may be writing to: nothing has happened
   */
  @Override
  public void close() {
    synchronized (caches) {
      if (closed) {
        return;
      }
      if (!caches.isEmpty()) {
        throw new IllegalStateException(
            "pool %s is closed before %d of its caches".formatted(options.name, caches.size()));
      }
      if (elements.free() != elements.size()) {
        throw new IllegalStateException(
            "pool %s is closed with %d of %d elements that were not put back"
                .formatted(options.name, elements.size() - elements.free(), elements.size()));
      }
      closed = true;
      for (long chunk : chunks) {
        heap.free(chunk);
      }
    }
  }
}

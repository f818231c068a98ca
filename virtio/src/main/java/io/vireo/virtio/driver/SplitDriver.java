package io.vireo.virtio.driver;

import io.vireo.linux.Mem;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.Descriptor;
import io.vireo.virtio.queue.RingIndex;
import io.vireo.virtio.queue.SplitQueue;
import io.vireo.virtio.queue.UsedRing;

/**
 * The driver side of one split ring (virtio 1.3, 2.7.13, 2.7.14). One thread at a time.
 *
 * <p>A chain is built buffer by buffer ({@link #readable}, {@link #writable}, and {@link #table} to
 * go on in an indirect table), then {@link #offer offered}; {@link #publish} shows all offered
 * chains to the device. {@link #reap} takes back what the device has used. The caller keeps an eye
 * on {@link #free}. Chains that no driver may build can be built too, for the device's sake.
 */
public final class SplitDriver {
  private static final int NONE = -1;

  private final int size;
  private final int mask;
  private final boolean eventIdx;
  private final long desc;
  private final long avail;
  private final long used;

  // Our own copy of what links the descriptors: the ring's can be written to by others.
  private final int[] next;
  private final int[] lastOfChain; // by head; NONE when the head is not with the device
  private final int[] lengthOfChain;
  private int firstFree;
  private int free;

  // The chain that is being built.
  private int first = NONE;
  private int last = NONE;
  private int length;
  private long table; // host address of its indirect table, 0 while there is none
  private int tableEntries;
  private long tableDescriptor;

  private int offered; // avail index behind the last offered chain
  private int published;
  private int reaped; // used index of the next entry to look at
  private long reapedBytes;

  /**
   * A driver of a cleared ring; every index begins at 0.
   *
   * @param features of which EVENT_IDX matters here
   * @param desc host addresses of the three parts
   */
  public SplitDriver(int size, long features, long desc, long avail, long used) {
    SplitQueue.requireSize(size);
    this.size = size;
    this.mask = size - 1;
    this.eventIdx = VirtioFeatures.has(features, VirtioFeatures.EVENT_IDX);
    this.desc = desc;
    this.avail = avail;
    this.used = used;
    next = new int[size];
    lastOfChain = new int[size];
    lengthOfChain = new int[size];
    for (int i = 0; i < size; i++) {
      next[i] = i + 1;
      lastOfChain[i] = NONE;
    }
    free = size;
  }

  /** A driver of the ring at {@code place} in memory that begins at host address {@code base}. */
  public SplitDriver(RingMemory place, long features, long base) {
    this(place.size(), features, base + place.desc(), base + place.avail(), base + place.used());
  }

  /**
   * Lets all indexes begin elsewhere, as after a long life or for a device that was restarted.
   * Before the first chain.
   */
  public void startAt(int index) {
    offered = RingIndex.plus(index, 0);
    published = offered;
    reaped = offered;
    AvailRing.idx(avail, offered);
    UsedRing.idx(used, offered);
  }

  /** Descriptors that are free. */
  public int free() {
    return free;
  }

  /** Head of the chain that is being built, or that will be built next. */
  public int head() {
    return first == NONE ? firstFree : first;
  }

  /** Adds a buffer that the device reads. */
  public void readable(long gpa, long bytes) {
    add(gpa, bytes, 0);
  }

  /** Adds a buffer that the device writes. */
  public void writable(long gpa, long bytes) {
    add(gpa, bytes, Descriptor.F_WRITE);
  }

  /** Adds a descriptor with any flags; NEXT comes by itself. */
  public void add(long gpa, long bytes, int flags) {
    if (table != 0) {
      addToTable(gpa, bytes, flags);
      return;
    }
    int taken = take();
    if (last == NONE) {
      first = taken;
    } else {
      setNext(desc + (long) last * Descriptor.BYTES, taken);
    }
    last = taken;
    Descriptor.put(desc + (long) taken * Descriptor.BYTES, gpa, bytes, flags, 0);
  }

  /**
   * Goes on in an indirect table, until the chain is offered.
   *
   * @param hva where the table lies for us, room for as many descriptors as will be added
   * @param gpa where it lies for the device
   */
  public void table(long hva, long gpa) {
    add(gpa, 0, Descriptor.F_INDIRECT);
    table = hva;
    tableEntries = 0;
    tableDescriptor = desc + (long) last * Descriptor.BYTES;
  }

  private void addToTable(long gpa, long bytes, int flags) {
    long entry = table + (long) tableEntries * Descriptor.BYTES;
    if (tableEntries > 0) {
      setNext(entry - Descriptor.BYTES, tableEntries);
    }
    Descriptor.put(entry, gpa, bytes, flags, 0);
    tableEntries++;
    Descriptor.put(
        tableDescriptor,
        Descriptor.addr(tableDescriptor),
        (long) tableEntries * Descriptor.BYTES,
        Descriptor.F_INDIRECT,
        0);
  }

  private static void setNext(long descriptor, int index) {
    long word = Descriptor.secondWord(descriptor);
    Descriptor.put(
        descriptor,
        Descriptor.addr(descriptor),
        Descriptor.len(word),
        Descriptor.flags(word) | Descriptor.F_NEXT,
        index);
  }

  private int take() {
    if (free == 0) {
      throw new IllegalStateException("no descriptor is free in a ring of " + size);
    }
    free--;
    length++;
    int taken = firstFree;
    firstFree = next[taken];
    return taken;
  }

  /** Ends the chain and puts it into the avail ring; the device sees it after {@link #publish}. */
  public int offer() {
    int head = first;
    if (head == NONE) {
      throw new IllegalStateException("a chain needs a descriptor");
    }
    lastOfChain[head] = last;
    lengthOfChain[head] = length;
    AvailRing.entry(avail, offered & mask, head);
    offered = RingIndex.plus(offered, 1);
    first = NONE;
    last = NONE;
    length = 0;
    table = 0;
    return head;
  }

  /**
   * Shows the offered chains to the device.
   *
   * @return whether the device wants a notification (2.7.13.4)
   */
  public boolean publish() {
    int old = published;
    Mem.releaseFence(); // buffers, descriptors and entries before the index that covers them
    AvailRing.idx(avail, offered);
    published = offered;
    Mem.fullFence(); // the index before the look at the device's wish (2.7.13.4.1)
    return eventIdx
        ? RingIndex.passed(UsedRing.availEvent(used, size), published, old)
        : (UsedRing.flags(used) & UsedRing.F_NO_NOTIFY) == 0;
  }

  /** Chains that the device has used and {@link #reap} has not taken. */
  public int used() {
    return RingIndex.distance(UsedRing.idxAcquire(used), reaped);
  }

  /**
   * Takes the next used chain and frees its descriptors.
   *
   * @return its head, or -1 when there is none
   * @throws IllegalStateException when the device returned what it was not given
   */
  public int reap() {
    if (used() == 0) {
      return NONE;
    }
    long entry = UsedRing.entry(used, reaped & mask);
    int head = UsedRing.id(entry);
    if (head < 0 || head >= size || lastOfChain[head] == NONE) {
      throw new IllegalStateException(
          "the device returned head %d at used index %d, which it does not have"
              .formatted(head, reaped));
    }
    reaped = RingIndex.plus(reaped, 1);
    reapedBytes = UsedRing.len(entry);
    next[lastOfChain[head]] = firstFree;
    firstFree = head;
    free += lengthOfChain[head];
    lastOfChain[head] = NONE;
    return head;
  }

  /** Bytes that the device wrote into the chain that was reaped last. */
  public long reapedBytes() {
    return reapedBytes;
  }

  /**
   * Asks for an interrupt with the next used chain.
   *
   * @return false when there is one already, so that no interrupt may come (2.7.14)
   */
  public boolean enableInterrupts() {
    if (eventIdx) {
      AvailRing.usedEvent(avail, size, reaped);
    } else {
      AvailRing.flags(avail, 0);
    }
    Mem.fullFence(); // our wish before the look at the device's index
    return used() == 0;
  }

  /** Asks for no interrupts; some may still come. */
  public void suppressInterrupts() {
    if (eventIdx) {
      AvailRing.usedEvent(avail, size, RingIndex.plus(reaped, -1));
    } else {
      AvailRing.flags(avail, AvailRing.F_NO_INTERRUPT);
    }
  }
}

package io.vireo.virtio.queue;

import io.vireo.linux.Mem;
import io.vireo.virtio.VirtioFeatures;

/**
 * Reactor thread only. The device side of one split virtqueue (virtio 1.3, 2.7): takes heads from
 * the avail ring, returns them through the used ring.
 *
 * <p>Reading: {@link #available} once a lap, then for each chain {@link #head} and, when the chain
 * is done with, {@link #consume}. A head that is not consumed is there again the next time.
 * Writing: {@link #push} any number of times, then {@link #publish}. Indexes run freely over 16
 * bits. Only ring addresses, whose alignment and extent were checked, come here.
 */
public final class SplitQueue {
  /** Largest size of a split virtqueue (2.7). */
  public static final int MAX_SIZE = 32768;

  // While polled the driver is told to kick when it has gone this far beyond what was taken ...
  private static final int KICK_DISTANCE = 0x7fff;
  // ... and the mark is moved on this often; for rings up to this size it is never reached.
  private static final int KICK_RENEWAL = 0x4000;

  private final int size;
  private final int mask;
  private final boolean eventIdx;

  private long desc;
  private long avail;
  private long used;

  private int nextAvail;
  private int nextUsed;
  private int publishedUsed;
  private int kickMark; // nextAvail when kicks were last suppressed

  /**
   * A queue over a ring that a driver has laid out. The used index goes on from the ring's.
   *
   * @param size a power of two, at most {@value #MAX_SIZE}
   * @param features what the driver has accepted
   * @param nextAvail index of the first avail entry to take
   */
  public SplitQueue(int size, long features, RingAddresses ring, int nextAvail) {
    requireSize(size);
    this.size = size;
    this.mask = size - 1;
    this.eventIdx = VirtioFeatures.has(features, VirtioFeatures.EVENT_IDX);
    this.nextAvail = nextAvail & 0xffff;
    this.kickMark = this.nextAvail;
    relocate(ring);
    nextUsed = UsedRing.idx(used);
    publishedUsed = nextUsed;
  }

  /**
   * Checks the size of a queue (2.7).
   *
   * @throws IllegalArgumentException when no split queue can have it
   */
  public static void requireSize(int size) {
    if (size <= 0 || size > MAX_SIZE || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException(
          "queue size " + size + " is not a power of two of at most " + MAX_SIZE);
    }
  }

  /** The same ring at other host addresses, after a change of the memory table. */
  public void relocate(RingAddresses ring) {
    desc = ring.desc();
    avail = ring.avail();
    used = ring.used();
  }

  public int size() {
    return size;
  }

  /** Whether a look at the avail index finds nothing new. The cheapest question of a lap. */
  public boolean empty() {
    return AvailRing.idxAcquire(avail) == nextAvail;
  }

  /**
   * How many heads wait. More than {@link #size} means that the driver has lost its mind and the
   * queue is broken (2.7.13.3: the ring cannot hold more).
   */
  public int available() {
    return RingIndex.distance(AvailRing.idxAcquire(avail), nextAvail);
  }

  /** The next head, unchecked. */
  public int head() {
    return AvailRing.entry(avail, nextAvail & mask);
  }

  /** The next head is taken. */
  public void consume() {
    nextAvail = RingIndex.plus(nextAvail, 1);
  }

  /** Index of the next avail entry to take. */
  public int nextAvail() {
    return nextAvail;
  }

  /** Host address of the descriptor table. */
  public long descriptors() {
    return desc;
  }

  /** Returns a chain to the driver, which sees it after {@link #publish}. */
  public void push(int head, long len) {
    UsedRing.entry(used, nextUsed & mask, head, len);
    nextUsed = RingIndex.plus(nextUsed, 1);
  }

  /** Index behind the last pushed entry. */
  public int nextUsed() {
    return nextUsed;
  }

  /** How many pushed entries the driver cannot see yet. */
  public int unpublished() {
    return RingIndex.distance(nextUsed, publishedUsed);
  }

  /**
   * Shows the driver what was pushed. A fence and a plain store: when the guest's memory is
   * truncated, a release store on a short ends the JVM (see {@link Mem}).
   */
  public void publish() {
    Mem.releaseFence(); // data, status and used entries before the index that covers them
    UsedRing.idx(used, nextUsed);
    publishedUsed = nextUsed;
  }

  /** Forgets what was pushed and not published: the ring may be touched no more. */
  void abandon() {
    publishedUsed = nextUsed;
  }

  /**
   * Whether the driver wants an interrupt for what was published since {@code old}. Only after a
   * full fence is the answer reliable: without one the driver's wish may be older than the index it
   * has looked at.
   */
  public boolean interruptWanted(int old) {
    return eventIdx
        ? RingIndex.passed(AvailRing.usedEvent(avail, size), publishedUsed, old)
        : (AvailRing.flags(avail) & AvailRing.F_NO_INTERRUPT) == 0;
  }

  /** Index behind the last entry that the driver can see. */
  public int publishedUsed() {
    return publishedUsed;
  }

  /**
   * Tells the driver not to kick, for the ring is polled: each kick costs the guest an exit. With
   * EVENT_IDX there is no "never", so the mark is put as far ahead as an index reaches, and must be
   * moved on ({@link #renewSuppression}).
   */
  public void suppressKicks() {
    kickMark = nextAvail;
    if (eventIdx) {
      UsedRing.availEvent(used, size, RingIndex.plus(nextAvail, KICK_DISTANCE));
    } else {
      UsedRing.flags(used, UsedRing.F_NO_NOTIFY);
    }
  }

  /** To be called now and then while kicks are suppressed; cheap unless the mark is due. */
  public void renewSuppression() {
    if (eventIdx && RingIndex.distance(nextAvail, kickMark) >= KICK_RENEWAL) {
      suppressKicks();
    }
  }

  /**
   * Asks for a kick with the next head. Needs a full fence and a look at {@link #empty} after it:
   * the driver may have added a head without having seen this.
   */
  public void enableKicks() {
    if (eventIdx) {
      UsedRing.availEvent(used, size, nextAvail);
    } else {
      UsedRing.flags(used, 0);
    }
  }
}

package io.vireo.vhost;

import io.vireo.linux.Mem;
import io.vireo.virtio.driver.BlkDriver;
import java.util.Random;

/**
 * Reads, writes and flushes of a part of a disk through one ring, several at once and in any order;
 * everything read must be what was written last. Each slot has one request at a time and no two
 * slots the same piece of the disk.
 */
final class RandomIo {
  private static final int SECTOR = 512;

  private enum Kind {
    READ,
    WRITE,
    FLUSH
  }

  private final GuestDisk guest;
  private final int ring;
  private final BlkDriver driver;
  private final Random random;
  private final int pieceBytes;
  private final long firstSector;
  private final int[] versions; // of each piece; 0: never written
  private final boolean[] busy;
  private final long[] buffers; // guest address, by slot

  // By tag.
  private final Kind[] kinds;
  private final int[] pieces;
  private final int[] slots;

  /**
   * @param firstSector where the part begins
   * @param pieces how many pieces of {@code pieceBytes} it has; more than {@code depth}
   */
  RandomIo(
      GuestDisk guest,
      int ring,
      long firstSector,
      int pieces,
      int pieceBytes,
      int depth,
      Random random) {
    this.guest = guest;
    this.ring = ring;
    this.driver = guest.drivers.get(ring);
    this.random = random;
    this.pieceBytes = pieceBytes;
    this.firstSector = firstSector;
    versions = new int[pieces];
    busy = new boolean[pieces];
    buffers = new long[depth];
    for (int i = 0; i < depth; i++) {
      buffers[i] = guest.memory.allocate(pieceBytes, SECTOR);
    }
    int size = guest.rings.get(ring).size();
    kinds = new Kind[size];
    this.pieces = new int[size];
    slots = new int[size];
  }

  /** Runs {@code requests} requests, keeping as many in flight as there are slots. */
  void run(int requests) {
    int started = 0;
    int free = buffers.length;
    int[] freeSlots = new int[free];
    for (int i = 0; i < free; i++) {
      freeSlots[i] = i;
    }
    int done = 0;
    while (done < requests) {
      while (free > 0 && started < requests) {
        start(freeSlots[--free]);
        started++;
      }
      guest.publish(ring);
      int tag = guest.await(ring);
      finish(tag);
      freeSlots[free++] = slots[tag];
      done++;
    }
  }

  private void start(int slot) {
    int piece = freePiece();
    long sector = firstSector + (long) piece * pieceBytes / SECTOR;
    int draw = random.nextInt(20);
    Kind kind = draw == 0 ? Kind.FLUSH : draw < 10 ? Kind.READ : Kind.WRITE;
    int tag =
        switch (kind) {
          case FLUSH -> driver.flush();
          case READ -> {
            fill(slot, piece, -1);
            yield driver.read(sector, buffers[slot], pieceBytes);
          }
          case WRITE -> {
            fill(slot, piece, ++versions[piece]);
            yield driver.write(sector, buffers[slot], pieceBytes);
          }
        };
    if (tag < 0) {
      throw new AssertionError("the ring is full");
    }
    busy[piece] = true;
    kinds[tag] = kind;
    pieces[tag] = piece;
    slots[tag] = slot;
  }

  private int freePiece() {
    int piece;
    do {
      piece = random.nextInt(versions.length);
    } while (busy[piece]);
    return piece;
  }

  private void finish(int tag) {
    if (driver.status(tag) != 0) {
      throw new AssertionError("%s: status %d".formatted(kinds[tag], driver.status(tag)));
    }
    busy[pieces[tag]] = false;
    if (kinds[tag] == Kind.READ) {
      check(slots[tag], pieces[tag]);
    }
  }

  private void fill(int slot, int piece, int version) {
    long hva = guest.memory.hva(buffers[slot]);
    for (int i = 0; i < pieceBytes; i += Long.BYTES) {
      Mem.putLong(hva + i, word(piece, version, i));
    }
  }

  private void check(int slot, int piece) {
    long hva = guest.memory.hva(buffers[slot]);
    for (int i = 0; i < pieceBytes; i += Long.BYTES) {
      long expected = versions[piece] == 0 ? 0 : word(piece, versions[piece], i);
      if (Mem.getLong(hva + i) != expected) {
        throw new AssertionError(
            "ring %d, piece %d, version %d, byte %d: 0x%x is not 0x%x"
                .formatted(ring, piece, versions[piece], i, Mem.getLong(hva + i), expected));
      }
    }
  }

  private long word(int piece, int version, int at) {
    return ((long) version << 40) ^ ((long) ring << 56) ^ ((long) piece << 20) ^ at;
  }
}

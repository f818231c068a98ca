package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.linux.Mem;
import io.vireo.memreg.GuestMemory;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.Descriptor;
import io.vireo.virtio.queue.UsedRing;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * A driver that writes nearly sensible things into its ring, beside a healthy one on the same
 * reactor. Whatever it does ends in an answer or in its own queue being broken: no exception, no
 * write to anything but what its chains call writable, no harm to the neighbour.
 *
 * <p>Its memory has two regions: one with ring, headers and tables, of which no chain says that it
 * is writable, and one for data.
 */
class HostileDriverTest {
  private static final int SIZE = 32;
  private static final int SLOTS = SIZE / 4; // four descriptors for each request
  private static final int RING_REGION = 1 << 16;
  private static final int DATA_REGION = 1 << 16;
  private static final long DATA = GuestRam.GPA + RING_REGION;
  private static final int STEPS = 400;

  private static TestDisk hostile(TestDisk healthy, boolean atOnce, int start) {
    PendingBdev bdev = new PendingBdev("hostile", 512, 2048);
    return TestDisk.with()
        .size(SIZE)
        .startAt(start)
        .ram(GuestRam.of(RING_REGION, DATA_REGION))
        .bdev(atOnce ? bdev.atOnce() : bdev)
        .beside(healthy)
        .build();
  }

  @Property(tries = 250)
  void nothing_but_its_own_queue_breaks(@ForAll Random random, @ForAll boolean atOnce) {
    try (TestDisk healthy = TestDisk.with().build()) {
      for (int life = 0; life < 3; life++) {
        try (TestDisk disk = hostile(healthy, atOnce, random.nextInt(0x10000))) {
          new Hostile(disk, random).live();
        }
        assertThat(healthy.run(healthy.driver.read(0, healthy.ram.allocate(512), 512)))
            .isEqualTo(BlkStatus.OK);
      }
      assertThat(healthy.breaks).isEmpty();
    }
  }

  /** One life of a queue under such a driver. */
  private static final class Hostile {
    private final TestDisk disk;
    private final Random random;
    private final long desc;
    private final long avail;
    private final long used;
    private final long headers;
    private final long tables;
    private final int[] offered = new int[SIZE]; // how often, and not yet back
    private boolean jumped; // the avail index covered entries that were never offered
    private int availIdx;
    private int usedIdx;

    Hostile(TestDisk disk, Random random) {
      this.disk = disk;
      this.random = random;
      long ring = disk.ram.hva(disk.ringGpa);
      desc = ring + disk.ring.desc();
      avail = ring + disk.ring.avail();
      used = ring + disk.ring.used();
      headers = disk.ram.allocate(16L * SIZE);
      tables = disk.ram.allocate(64L * SIZE);
      availIdx = disk.queue.nextAvail();
      usedIdx = availIdx;
    }

    void live() {
      for (int step = 0; step < STEPS && disk.breaks.isEmpty(); step++) {
        switch (random.nextInt(10)) {
          case 0, 1, 2, 3 -> offer();
          case 4 -> completeSome();
          case 5 -> changeSomething();
          default -> lap();
        }
      }
      disk.bdev.completeAll();
      disk.stop();
      reap();
      assertThat(disk.queue.inFlight()).isZero();
      assertThat(disk.ram.canariesIntact()).isTrue();
    }

    /** A lap, after which nothing has changed but the used ring and the data. */
    private void lap() {
      byte[] before = ringRegion();
      disk.lap();
      assertThat(ringRegion()).isEqualTo(before);
      reap();
    }

    private byte[] ringRegion() {
      byte[] bytes = new byte[RING_REGION];
      Mem.copy(disk.ram.hva(GuestRam.GPA), bytes, 0, RING_REGION);
      int start = (int) (used - disk.ram.hva(GuestRam.GPA));
      Arrays.fill(bytes, start, start + (int) UsedRing.bytes(SIZE, true), (byte) 0);
      return bytes;
    }

    /** Whatever comes back was offered, and comes back as often. */
    private void reap() {
      int now = UsedRing.idx(used);
      for (; usedIdx != now; usedIdx = (usedIdx + 1) & 0xffff) {
        int head = UsedRing.id(UsedRing.entry(used, usedIdx & (SIZE - 1)));
        assertThat(head).isBetween(0, SIZE - 1);
        assertThat(jumped || --offered[head] >= 0).as("head %d", head).isTrue();
      }
    }

    private void offer() {
      int head = 4 * random.nextInt(SLOTS);
      if (offered[head] > 0 && random.nextInt(500) > 0) {
        return;
      }
      long header = headers + 16L * head;
      boolean write = random.nextBoolean();
      BlkHeader.put(disk.ram.hva(header), write ? BlkType.OUT : BlkType.IN, random.nextInt(2040));
      if (random.nextInt(6) == 0) {
        BlkHeader.put(disk.ram.hva(header), random.nextInt(16), random.nextLong());
      }
      long data = DATA + 512L * random.nextInt(100);
      boolean indirect = random.nextInt(3) == 0;
      long table = indirect ? disk.ram.hva(tables + 64L * head) : desc + 16L * head;
      int base = indirect ? 0 : head;
      Descriptor.put(table, header, 16, Descriptor.F_NEXT, base + 1);
      int dataFlags = Descriptor.F_NEXT | (write ? 0 : Descriptor.F_WRITE);
      Descriptor.put(table + 16, data, 512L * (1 + random.nextInt(8)), dataFlags, base + 2);
      Descriptor.put(table + 32, data + 8192, 1, Descriptor.F_WRITE, 0);
      if (indirect) {
        Descriptor.put(desc + 16L * head, tables + 64L * head, 48, Descriptor.F_INDIRECT, 0);
      }
      if (random.nextInt(60) == 0) {
        spoil(table + 16L * random.nextInt(3));
      }
      AvailRing.entry(avail, availIdx & (SIZE - 1), random.nextInt(2000) == 0 ? 77 : head);
      offered[head]++;
      availIdx = (availIdx + 1) & 0xffff;
      if (random.nextInt(2000) == 0) {
        jumped = true;
        availIdx = (availIdx + random.nextInt(2 * SIZE)) & 0xffff;
      }
      AvailRing.idx(avail, availIdx);
    }

    /** Makes one field of a descriptor wrong, but never something else writable. */
    private void spoil(long descriptor) {
      long gpa = Descriptor.addr(descriptor);
      long word = Descriptor.secondWord(descriptor);
      long len = Descriptor.len(word);
      int flags = Descriptor.flags(word);
      int next = Descriptor.next(word);
      boolean writable = (flags & Descriptor.F_WRITE) != 0;
      switch (random.nextInt(5)) {
        case 0 -> gpa = writable ? DATA + random.nextInt(2 * DATA_REGION) : anyAddress();
        case 1 -> len = writable ? random.nextInt(8192) : random.nextInt() & 0xffff_ffffL;
        case 2 -> flags = (flags & ~Descriptor.F_NEXT) | (random.nextInt() & Descriptor.F_NEXT);
        case 3 -> next = random.nextInt(SIZE + 4);
        default -> {
          // A table made of whatever lies there: only data, which names nothing that is mapped.
          flags = Descriptor.F_INDIRECT;
          gpa = DATA + random.nextInt(DATA_REGION);
        }
      }
      Descriptor.put(descriptor, gpa, len, flags, next);
    }

    private long anyAddress() {
      return switch (random.nextInt(4)) {
        case 0 -> random.nextLong();
        case 1 -> GuestRam.GPA - 8;
        case 2 -> DATA + DATA_REGION - random.nextInt(20);
        default -> GuestRam.GPA + random.nextInt(RING_REGION);
      };
    }

    private void completeSome() {
      while (disk.bdev.pending() > 0 && random.nextInt(4) > 0) {
        int status = random.nextInt(5) == 0 ? IoStatus.IO_ERROR : IoStatus.OK;
        if (random.nextBoolean()) {
          disk.bdev.complete(status);
        } else {
          disk.bdev.completeLast(status);
        }
      }
    }

    private void changeSomething() {
      switch (random.nextInt(5)) {
        case 0 -> disk.memory(disk.ram.table());
        case 1 -> disk.queue.enable(random.nextInt(3) > 0);
        case 2 -> disk.bdev.busy(random.nextInt(4));
        case 3 -> disk.queue.call(random.nextBoolean() ? disk.call : null);
        default -> AvailRing.usedEvent(avail, SIZE, random.nextInt(0x10000));
      }
    }
  }

  @Test
  void a_driver_that_scribbles_while_the_queue_is_polled_breaks_nothing_but_its_queue() {
    try (TestDisk healthy = TestDisk.with().build()) {
      long data = healthy.ram.allocate(512);
      for (int life = 0; life < 40; life++) {
        try (TestDisk disk = hostile(healthy, life % 2 == 0, life * 7919)) {
          Scribbler scribbler = new Scribbler(disk, new Random(life));
          scribbler.start();
          while (scribbler.isAlive()) {
            disk.lap();
            disk.bdev.completeAll();
          }
          assertThat(healthy.run(healthy.driver.read(0, data, 512))).isEqualTo(BlkStatus.OK);
          disk.bdev.completeAll();
          disk.stop();
          assertThat(disk.queue.inFlight()).isZero();
          assertThat(disk.ram.canariesIntact()).isTrue();
          GuestMemory table = disk.ram.table();
          assertThat(disk.memory(table)).as("nothing holds an older table").isTrue();
        }
      }
      assertThat(healthy.breaks).isEmpty();
    }
  }

  /**
   * Offers good requests, and writes over descriptors and headers that the device may be reading.
   */
  private static final class Scribbler extends Thread {
    private static final int ROUNDS = 60_000;

    private final TestDisk disk;
    private final Random random;

    Scribbler(TestDisk disk, Random random) {
      super("scribbler");
      this.disk = disk;
      this.random = random;
    }

    @Override
    public void run() {
      long ring = disk.ram.hva(disk.ringGpa);
      long desc = ring + disk.ring.desc();
      long avail = ring + disk.ring.avail();
      long used = ring + disk.ring.used();
      long header = disk.ram.allocate(16);
      int idx = disk.queue.nextAvail();
      for (int round = 0; round < ROUNDS; round++) {
        int head = random.nextInt(SLOTS) * 4;
        long d = desc + 16L * head;
        int next = random.nextInt(20_000) > 0 ? head + 1 : SIZE;
        Descriptor.put(d, header, 16, Descriptor.F_NEXT, next);
        Descriptor.put(d + 16, DATA + random.nextInt(4096), 512, 3, head + 2);
        Descriptor.put(d + 32, DATA + random.nextInt(4096), 1, Descriptor.F_WRITE, 0);
        BlkHeader.put(disk.ram.hva(header), random.nextInt(2), random.nextInt(2048));
        AvailRing.entry(avail, idx & (SIZE - 1), head);
        if (((idx - UsedRing.idx(used)) & 0xffff) < SIZE / 2) {
          idx = (idx + 1) & 0xffff;
          AvailRing.idx(avail, idx);
        }
      }
    }
  }
}

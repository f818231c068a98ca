package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.message.Request;
import io.vireo.vhost.message.VringAddress;
import io.vireo.virtio.blk.BlkOptions;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.Descriptor;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A driver that writes anything into its rings beside one that does real work on the same cores.
 */
class HostileDriverTest {
  private static final long MIB = 1 << 20;

  @TempDir Path dir;

  private TestTarget target;
  private TestDisks disks;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    disks = new TestDisks(target);
    for (String name : new String[] {"good", "bad"}) {
      disks.malloc(name, 512, 16384);
      target.create(name, disks.device(name, BlkOptions.DEFAULT.queues(2)));
    }
  }

  @AfterEach
  void close() {
    target.server.close();
    disks.close();
    target.close();
  }

  private GuestDisk guest(String controller) {
    FrontendMemory memory = FrontendMemory.of(GuestDisk.MEMORY, 4 * MIB);
    return new GuestDisk(target, controller, 2, 64, memory);
  }

  @Test
  void a_hostile_driver_costs_nobody_else_anything() {
    AtomicBoolean end = new AtomicBoolean();
    try (GuestDisk good = guest("good");
        GuestDisk bad = guest("bad")) {
      RandomIo[] io = new RandomIo[2];
      Background[] drivers = new Background[2];
      for (int i = 0; i < 2; i++) {
        RandomIo work = new RandomIo(good, i, i * 4096L, 100, 4096, 8, new Random(i));
        io[i] = work;
        drivers[i] =
            Background.start(
                () -> {
                  while (!end.get()) {
                    work.run(20);
                  }
                });
      }
      Random random = new Random(7);
      int broken = 0;
      for (int round = 0; round < 300; round++) {
        broken += attack(bad, random) ? 1 : 0;
      }
      assertThat(broken).isBetween(50, 300);
      end.set(true);
      for (int i = 0; i < 2; i++) {
        drivers[i].join();
        io[i].run(50);
      }
      // And the hostile one gets what it asks for as soon as it asks properly.
      for (int i = 0; i < 2; i++) {
        bad.frontend.stop(i);
      }
    }
    try (GuestDisk reformed = guest("bad")) {
      new RandomIo(reformed, 0, 0, 50, 4096, 8, new Random(8)).run(200);
    }
  }

  /** Makes one ring a mess, lets it be processed, and starts it again; whether it broke. */
  private static boolean attack(GuestDisk bad, Random random) {
    int index = random.nextInt(2);
    FrontendRing ring = bad.rings.get(index);
    VringAddress at = ring.address();
    ring.err().drain();
    int entries = ring.size();
    for (int i = 0; i < entries; i++) {
      if (random.nextInt(3) == 0) {
        Mem.putLong(at.descriptorUva() + 16L * i, mess(random));
        Mem.putLong(at.descriptorUva() + 16L * i + 8, mess(random));
      } else {
        writeNearlyValid(at.descriptorUva() + 16L * i, entries, random);
      }
      int head = random.nextInt(20) == 0 ? random.nextInt(65536) : random.nextInt(entries);
      AvailRing.entry(at.availableUva(), i, head);
    }
    int base = bad.frontend.stop(index);
    int ahead = random.nextInt(10) == 0 ? random.nextInt(65536) : random.nextInt(entries + 1);
    AvailRing.idx(at.availableUva(), (base + ahead) & 0xffff);
    bad.frontend.start(ring, base);
    ring.kick().signal();
    // A second ring's answer says that reactors and session are well.
    bad.frontend.setState(Request.SET_VRING_ENABLE, 1 - index, 1);
    return FrontendRing.await(ring.err(), 20);
  }

  private static long mess(Random random) {
    return random.nextBoolean() ? random.nextLong() : random.nextInt(1 << 22);
  }

  private static void writeNearlyValid(long descriptor, int entries, Random random) {
    int[] lengths = {1, 16, 20, 512, 4096, 65536, 0, -1};
    Descriptor.put(
        descriptor,
        random.nextInt(4 << 20),
        Integer.toUnsignedLong(lengths[random.nextInt(lengths.length)]),
        random.nextInt(4),
        random.nextInt(entries));
  }
}

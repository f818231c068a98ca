package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vireo.virtio.blk.BlkOptions;
import io.vireo.virtio.blk.BlkStatus;
import io.vireo.virtio.driver.BlkDriver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One disk whose queues run on several reactors, and what happens to it under load. */
class SpreadQueuesTest {
  private static final int QUEUES = 4;
  private static final int DEPTH = 16;
  private static final int ROUNDS = 8;
  private static final long MIB = 1 << 20;
  private static final long DISK_BYTES = 32 * MIB;

  /** Not in the temporary directory, which may be a tmpfs without direct I/O. */
  private static final Path FILE = Path.of("target").toAbsolutePath().resolve("spread-disk");

  @TempDir Path dir;

  private TestTarget target;
  private TestDisks disks;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    assumeThat(target.reactors.reactors()).as("this needs two CPUs").hasSize(2);
    disks = new TestDisks(target);
  }

  @AfterEach
  void close() throws IOException {
    target.server.close();
    disks.close();
    target.close();
    Files.deleteIfExists(FILE);
  }

  private void bdev(String kind) throws IOException {
    switch (kind) {
      case "malloc" -> disks.malloc("bdev", 512, DISK_BYTES / 512);
      case "null" -> disks.nothing("bdev", 512, DISK_BYTES / 512);
      case "uring" -> {
        try (RandomAccessFile file = new RandomAccessFile(FILE.toFile(), "rw")) {
          file.setLength(DISK_BYTES);
        }
        disks.uring("bdev", FILE, 512);
      }
      default -> throw new IllegalArgumentException(kind);
    }
  }

  private GuestDisk connect() {
    return GuestDisk.of(target, "disk", QUEUES, 128, 16 * MIB);
  }

  private long reactorsOf(VhostController controller) {
    return controller.sessions().getFirst().placement().values().stream().distinct().count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"malloc", "uring"})
  void what_is_read_through_any_queue_is_what_was_written(String kind) throws Exception {
    bdev(kind);
    VhostController controller =
        target.createSpread("disk", disks.device("bdev", BlkOptions.DEFAULT.queues(QUEUES)));
    try (GuestDisk guest = connect()) {
      assertThat(reactorsOf(controller)).isEqualTo(2);
      List<Background> drivers = new ArrayList<>();
      for (int i = 0; i < QUEUES; i++) {
        RandomIo io = new RandomIo(guest, i, i * 4096L, 100, 4096, DEPTH, new Random(i));
        drivers.add(Background.start(() -> io.run(2000)));
      }
      drivers.forEach(Background::join);
      // Each ring was another reactor's business; the next driver reads what they all left.
      guest.write(0, new byte[4096]);
      assertThat(guest.run(3, guest.drivers.get(3).read(0, guest.memory.allocate(512, 512), 512)))
          .isEqualTo(BlkStatus.OK);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"malloc", "null", "uring"})
  void removal_under_load_answers_every_request_on_every_reactor(String kind) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      bdev(kind);
      target.createSpread("disk", disks.device("bdev", BlkOptions.DEFAULT.queues(QUEUES)));
      try (GuestDisk guest = connect()) {
        AtomicInteger answered = new AtomicInteger();
        List<Background> drivers = load(guest, answered);
        Await.until(() -> answered.get() > 1000, "load on all queues");
        disks.bdevs.unregister("bdev");
        drivers.forEach(Background::join); // each ends when all it began was answered
      }
      target.awaitNoSessions("disk");
      target.server.delete("disk");
      disks.closeDevices();
    }
  }

  @Test
  void resizing_under_load_disturbs_no_queue() throws Exception {
    bdev("null");
    target.createSpread("disk", disks.device("bdev", BlkOptions.DEFAULT.queues(QUEUES)));
    try (GuestDisk guest = connect()) {
      guest.frontend.openBackendChannel();
      AtomicInteger answered = new AtomicInteger();
      List<Background> drivers = load(guest, answered);
      for (int mib = 33; mib < 100; mib++) {
        disks.resizeNothing("bdev", mib);
        assertThat(guest.frontend.awaitBackendRequest()).isPresent();
        int before = answered.get();
        Await.until(() -> answered.get() > before + 100, "load goes on");
      }
      disks.bdevs.unregister("bdev");
      drivers.forEach(Background::join);
    }
  }

  @Test
  void a_guest_that_vanishes_under_load_leaves_nothing_on_any_reactor() throws Exception {
    bdev("uring");
    target.createSpread("disk", disks.device("bdev", BlkOptions.DEFAULT.queues(QUEUES)));
    for (int round = 0; round < ROUNDS; round++) {
      GuestDisk guest = connect();
      for (int i = 0; i < QUEUES; i++) {
        long gpa = guest.memory.allocate(4096, 4096);
        for (int n = 0; n < DEPTH; n++) {
          guest.drivers.get(i).read(8L * n, gpa, 4096);
        }
        guest.publish(i);
      }
      guest.close();
      target.awaitNoSessions("disk");
    }
    assertThat(target.mappings.size()).isZero();
    try (GuestDisk guest = connect()) {
      new RandomIo(guest, 1, 0, 100, 4096, DEPTH, new Random(7)).run(500);
    }
  }

  /** Reads on every queue until the disk is gone. */
  private static List<Background> load(GuestDisk guest, AtomicInteger answered) {
    return IntStream.range(0, QUEUES)
        .mapToObj(ring -> Background.start(() -> readUntilGone(guest, ring, answered)))
        .toList();
  }

  private static void readUntilGone(GuestDisk guest, int ring, AtomicInteger answered) {
    BlkDriver driver = guest.drivers.get(ring);
    long gpa;
    synchronized (guest) {
      gpa = guest.memory.allocate(4096, 4096);
    }
    int inFlight = 0;
    boolean gone = false;
    while (!gone || inFlight > 0) {
      for (; !gone && inFlight < DEPTH; inFlight++) {
        driver.read(8L * inFlight, gpa, 4096);
      }
      guest.publish(ring);
      int tag = guest.await(ring);
      inFlight--;
      answered.incrementAndGet();
      gone |= driver.status(tag) == BlkStatus.IOERR;
      assertThat(driver.status(tag)).isIn(BlkStatus.OK, BlkStatus.IOERR);
    }
  }
}

package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.blk.BlkFeatures;
import io.vireo.virtio.blk.BlkOptions;
import io.vireo.virtio.blk.BlkStatus;
import io.vireo.virtio.driver.BlkDriver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a guest's driver through socket, session, reactor and queue to bdevs, and back. */
class WholePathTest {
  private static final long MIB = 1 << 20;
  private static final long DISK_BYTES = 32 * MIB;

  /** Not in the temporary directory, which may be a tmpfs without direct I/O. */
  private static final Path FILE = Path.of("target").toAbsolutePath().resolve("whole-path-disk");

  @TempDir Path dir;

  private TestTarget target;
  private TestDisks disks;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    disks = new TestDisks(target);
  }

  @AfterEach
  void close() throws IOException {
    target.server.close();
    disks.close();
    target.close();
    Files.deleteIfExists(FILE);
  }

  private void serve(String kind, BlkOptions options) throws IOException {
    switch (kind) {
      case "malloc" -> disks.malloc("bdev", 512, DISK_BYTES / 512);
      case "null" -> disks.nothing("bdev", 512, DISK_BYTES / 512);
      case "uring" -> disks.uring("bdev", file(), 512);
      default -> throw new IllegalArgumentException(kind);
    }
    target.create("disk", disks.device("bdev", options));
  }

  private static Path file() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(FILE.toFile(), "rw")) {
      file.setLength(DISK_BYTES);
    }
    return FILE;
  }

  @ParameterizedTest
  @CsvSource({
    "malloc, 1, 1, 512",
    "malloc, 1, 32, 4096",
    "malloc, 4, 16, 4096",
    "malloc, 2, 4, 131072",
    "uring, 1, 1, 4096",
    "uring, 1, 32, 512",
    "uring, 4, 16, 4096",
    "uring, 2, 4, 131072",
  })
  void what_is_read_is_what_was_written(String kind, int queues, int depth, int pieceBytes)
      throws Exception {
    serve(kind, BlkOptions.DEFAULT.queues(queues));
    try (GuestDisk guest = GuestDisk.of(target, "disk", queues, 128, 16 * MIB)) {
      int pieces = (int) Math.min(200, DISK_BYTES / queues / pieceBytes);
      runOnAll(guest, queues, depth, pieces, pieceBytes, 1500);
      for (int i = 0; i < queues; i++) {
        assertThat(guest.frontend.stop(i)).isEqualTo(1500);
      }
    }
  }

  private static void runOnAll(
      GuestDisk guest, int queues, int depth, int pieces, int pieceBytes, int requests) {
    List<RandomIo> all = new ArrayList<>();
    for (int i = 0; i < queues; i++) {
      long first = (long) i * pieces * pieceBytes / 512;
      all.add(new RandomIo(guest, i, first, pieces, pieceBytes, depth, new Random(i + depth)));
    }
    List<Background> drivers =
        all.stream().map(io -> Background.start(() -> io.run(requests))).toList();
    drivers.forEach(Background::join);
  }

  @Test
  void a_disk_that_stores_nothing_answers_at_any_depth() throws Exception {
    serve("null", BlkOptions.DEFAULT);
    try (GuestDisk guest = GuestDisk.of(target, "disk", 1, 256, 16 * MIB)) {
      long gpa = guest.memory.allocate(4096, 4096);
      for (int i = 0; i < 2000; i++) {
        int depth = 1 + i % 60;
        for (int n = 0; n < depth; n++) {
          guest.drivers.getFirst().read(0, gpa, 4096);
        }
        guest.publish(0);
        for (int n = 0; n < depth; n++) {
          assertThat(guest.drivers.getFirst().status(guest.await(0))).isEqualTo(BlkStatus.OK);
        }
      }
    }
  }

  @Test
  void a_front_end_without_event_index_indirect_and_protocol_features_is_served() throws Exception {
    serve("malloc", BlkOptions.DEFAULT);
    FrontendMemory memory = FrontendMemory.of(GuestDisk.MEMORY, 4 * MIB);
    long wanted = VirtioFeatures.VERSION_1 | BlkFeatures.FLUSH;
    try (GuestDisk guest = new GuestDisk(target, "disk", 1, 64, memory, wanted, 0)) {
      new RandomIo(guest, 0, 0, 50, 4096, 8, new Random(1)).run(1000);
    }
  }

  @Test
  void a_ring_without_kick_and_call_descriptors_is_polled_from_both_sides() throws Exception {
    // A guest's poll queues have no interrupt vector.
    serve("malloc", BlkOptions.DEFAULT);
    try (GuestDisk guest = GuestDisk.of(target, "disk", 1, 64, 4 * MIB)) {
      guest.frontend.setDescriptor(Request.SET_VRING_CALL, 0, -1);
      guest.frontend.setDescriptor(Request.SET_VRING_KICK, 0, -1);
      long gpa = guest.memory.allocate(4096, 4096);
      BlkDriver driver = guest.drivers.getFirst();
      for (int i = 0; i < 50; i++) {
        int tag = driver.read(i, gpa, 512);
        driver.publish();
        Await.until(() -> driver.poll() == tag, "the request is done");
        assertThat(driver.status(tag)).isEqualTo(BlkStatus.OK);
        LockSupport.parkNanos(1_000_000); // long enough for a reactor to fall asleep
      }
      assertThat(guest.frontend.stop(0)).isEqualTo(50);
    }
  }

  @Test
  void a_firecracker_like_front_end_is_served() throws Exception {
    serve("malloc", BlkOptions.DEFAULT);
    FrontendMemory memory = FrontendMemory.of(GuestDisk.MEMORY, 4 * MIB);
    long wanted =
        VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX | BlkFeatures.RO | BlkFeatures.FLUSH;
    try (GuestDisk guest =
        new GuestDisk(target, "disk", 1, 256, memory, wanted, ProtocolFeatures.CONFIG)) {
      ByteBuffer config =
          ByteBuffer.wrap(guest.frontend.config(0, 60)).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(config.getLong(0)).isEqualTo(DISK_BYTES / 512);
      new RandomIo(guest, 0, 0, 50, 4096, 8, new Random(2)).run(500);
    }
  }

  @Test
  void buffers_may_cross_adjacent_regions() throws Exception {
    serve("malloc", BlkOptions.DEFAULT);
    FrontendMemory memory = new FrontendMemory(GuestDisk.MEMORY);
    memory.add(0, 4 * MIB);
    List<FrontendMemory.Region> adjacent = memory.addAdjacent(1L << 30, 0x3000, 0x1000, 0x5000);
    try (GuestDisk guest = new GuestDisk(target, "disk", 1, 64, memory)) {
      byte[] data = new byte[0x8000];
      new Random(3).nextBytes(data);
      guest.write(100, data);
      long across = adjacent.getFirst().gpa() + 0x800;
      int tag = guest.drivers.getFirst().read(100, across, data.length);
      assertThat(guest.run(0, tag)).isEqualTo(BlkStatus.OK);
      byte[] read = new byte[data.length];
      for (int i = 0; i < read.length; i++) {
        read[i] = Mem.getByte(memory.hva(across + i));
      }
      assertThat(read).isEqualTo(data);
    }
  }

  @Test
  void memory_comes_and_goes_while_requests_run() throws Exception {
    serve("uring", BlkOptions.DEFAULT);
    FrontendMemory memory = FrontendMemory.of(GuestDisk.MEMORY, 8 * MIB);
    try (GuestDisk guest = new GuestDisk(target, "disk", 1, 64, memory)) {
      RandomIo io = new RandomIo(guest, 0, 0, 100, 4096, 16, new Random(4));
      Background driver = Background.start(() -> io.run(6000));
      FrontendMemory extra = new FrontendMemory(GuestDisk.MEMORY);
      for (int i = 0; i < 40; i++) {
        FrontendMemory.Region region = extra.add(1L << 30, MIB);
        guest.frontend.addRegion(region);
        if (i % 3 == 0) {
          List<FrontendMemory.Region> all = new ArrayList<>(memory.regions());
          guest.frontend.setTable(all);
        } else {
          guest.frontend.removeRegion(region);
        }
        extra.remove(region);
      }
      driver.join();
      extra.close();
      assertThat(guest.frontend.stop(0)).isEqualTo(6000);
    }
  }

  @Test
  void rings_stop_and_start_again_in_the_middle_of_everything() throws Exception {
    serve("malloc", BlkOptions.DEFAULT);
    try (GuestDisk guest = GuestDisk.of(target, "disk", 1, 64, 8 * MIB)) {
      RandomIo io = new RandomIo(guest, 0, 0, 100, 4096, 8, new Random(5));
      Background driver = Background.start(() -> io.run(4000));
      for (int i = 0; i < 30; i++) {
        int base = guest.frontend.stop(0);
        guest.frontend.start(guest.rings.getFirst(), base);
      }
      driver.join();
      assertThat(guest.frontend.stop(0)).isEqualTo(4000);
    }
  }

  @Test
  void the_identity_the_geometry_and_the_cache_mode_are_the_disks() throws Exception {
    serve("malloc", BlkOptions.DEFAULT.serial("vireo-0001").queues(3));
    try (GuestDisk guest = GuestDisk.of(target, "disk", 1, 64, 4 * MIB)) {
      long gpa = guest.memory.allocate(20, 64);
      assertThat(guest.run(0, guest.drivers.getFirst().getId(gpa))).isEqualTo(BlkStatus.OK);
      byte[] id = new byte[20];
      Mem.copy(guest.memory.hva(gpa), id, 0, 20);
      assertThat(id).isEqualTo(Arrays.copyOf("vireo-0001".getBytes(StandardCharsets.US_ASCII), 20));
      ByteBuffer config =
          ByteBuffer.wrap(guest.frontend.config(0, 60)).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(config.getLong(0)).isEqualTo(DISK_BYTES / 512);
      assertThat(config.getInt(20)).isEqualTo(512);
      assertThat(config.getShort(34)).isEqualTo((short) 3);
      byte other = (byte) (1 - config.get(32));
      guest.frontend.setConfig(32, other);
      assertThat(guest.frontend.config(32, 1)).containsExactly(other);
      // A live migration writes the whole space, with what it has.
      guest.frontend.setConfig(0, guest.frontend.config(0, 60));
    }
  }

  @Test
  void a_resized_bdev_is_told_to_the_front_end() throws Exception {
    serve("null", BlkOptions.DEFAULT);
    try (GuestDisk guest = GuestDisk.of(target, "disk", 1, 64, 4 * MIB)) {
      guest.frontend.openBackendChannel();
      disks.resizeNothing("bdev", 64);
      assertThat(guest.frontend.awaitBackendRequest()).isPresent();
      ByteBuffer config =
          ByteBuffer.wrap(guest.frontend.config(0, 8)).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(config.getLong(0)).isEqualTo(64 * MIB / 512);
    }
  }

  @Test
  void a_bdev_that_is_removed_leaves_a_disk_of_size_0_that_answers_with_errors() throws Exception {
    serve("malloc", BlkOptions.DEFAULT);
    try (GuestDisk guest = GuestDisk.of(target, "disk", 1, 64, 4 * MIB)) {
      guest.frontend.openBackendChannel();
      guest.write(0, new byte[4096]);
      disks.bdevs.unregister("bdev");
      assertThat(guest.frontend.awaitBackendRequest()).isPresent();
      assertThat(guest.frontend.config(0, 8)).isEqualTo(new byte[8]);
      long gpa = guest.memory.allocate(4096, 512);
      assertThat(guest.run(0, guest.drivers.getFirst().read(0, gpa, 4096)))
          .isEqualTo(BlkStatus.IOERR);
    }
  }

  @Test
  void two_disks_of_one_guest_share_one_mapping() throws Exception {
    disks.malloc("a", 512, 2048);
    disks.malloc("b", 512, 2048);
    target.create("a", disks.device("a", BlkOptions.DEFAULT));
    target.create("b", disks.device("b", BlkOptions.DEFAULT));
    FrontendMemory memory = FrontendMemory.of(GuestDisk.MEMORY, 4 * MIB);
    try (GuestDisk a = new GuestDisk(target, "a", 1, 64, memory);
        GuestDisk b = new GuestDisk(target, "b", 1, 64, memory)) {
      assertThat(target.mappings.size()).isEqualTo(1);
      a.write(0, "of disk a".repeat(512).getBytes(StandardCharsets.US_ASCII));
      assertThat(b.read(0, 512)).isEqualTo(new byte[512]);
    }
  }
}

package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BucketLayout;
import io.vireo.bdev.Histogram;
import io.vireo.bdev.HistogramOptions;
import io.vireo.bdev.IoType;
import io.vireo.virtio.blk.BlkOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The latencies of a controller's queues, with guests that do I/O. */
@Timeout(60)
class ControllerHistogramTest {
  private static final long MIB = 1 << 20;
  private static final HistogramOptions ALL =
      new HistogramOptions(null, BucketLayout.of(7, 0, BucketLayout.MAX_NS));

  @TempDir Path dir;
  private TestTarget target;
  private TestDisks disks;
  private VhostController controller;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    disks = new TestDisks(target);
    disks.malloc("m", 512, 2048);
    controller = target.create("disk", disks.device("m", BlkOptions.DEFAULT.queues(3)));
  }

  @AfterEach
  void close() {
    target.close();
    disks.close();
  }

  private GuestDisk guest(int queues) {
    return GuestDisk.of(target, "disk", queues, 16, 4 * MIB);
  }

  private static void read(GuestDisk guest, int ring, int times) {
    long gpa = guest.memory.allocate(512, 512);
    for (int i = 0; i < times; i++) {
      assertThat(guest.run(ring, guest.drivers.get(ring).read(i, gpa, 512))).isZero();
    }
  }

  private List<SortedMap<Integer, Histogram>> histograms() {
    return controller.sessions().stream().map(VhostSession::histograms).toList();
  }

  private long total(int session, int ring) {
    return histograms().get(session).get(ring).total();
  }

  @Test
  void each_queue_of_each_session_counts_for_itself() {
    try (GuestDisk first = guest(2)) {
      controller.enableHistograms(ALL);
      assertThat(controller.hasHistograms()).isTrue();
      read(first, 0, 3);
      read(first, 1, 5);
      try (GuestDisk second = guest(1)) {
        read(second, 0, 7);
        assertThat(total(0, 0)).isEqualTo(3);
        assertThat(total(0, 1)).isEqualTo(5);
        assertThat(total(1, 0)).isEqualTo(7);
        assertThat(histograms().get(1)).containsOnlyKeys(0);
      }
    }
  }

  @Test
  void only_the_wanted_operation_is_counted() {
    controller.enableHistograms(new HistogramOptions(IoType.WRITE, ALL.layout()));
    try (GuestDisk guest = guest(1)) {
      read(guest, 0, 3);
      guest.write(0, new byte[512]);
      assertThat(total(0, 0)).isEqualTo(1);
    }
  }

  @Test
  void a_ring_that_is_started_again_goes_on_counting() {
    controller.enableHistograms(ALL);
    try (GuestDisk guest = guest(1)) {
      read(guest, 0, 3);
      int next = guest.frontend.stop(0);
      assertThat(total(0, 0)).isEqualTo(3);
      guest.frontend.start(guest.rings.getFirst(), next);
      read(guest, 0, 2);
      assertThat(total(0, 0)).isEqualTo(5);
    }
  }

  @Test
  void disabled_there_are_none_and_enabled_again_they_begin_anew() {
    try (GuestDisk guest = guest(1)) {
      assertThat(controller.hasHistograms()).isFalse();
      assertThat(histograms().getFirst()).isEmpty();
      controller.enableHistograms(ALL);
      read(guest, 0, 3);
      controller.disableHistograms();
      assertThat(controller.hasHistograms()).isFalse();
      assertThat(histograms().getFirst()).isEmpty();
      read(guest, 0, 3);
      controller.enableHistograms(ALL);
      read(guest, 0, 2);
      assertThat(total(0, 0)).isEqualTo(2);
    }
  }

  @Test
  void guests_come_and_go_and_restart_rings_while_histograms_are_switched() {
    long before = controller.budget().leftBytes();
    AtomicBoolean over = new AtomicBoolean();
    Background switches =
        Background.start(
            () -> {
              while (!over.get()) {
                controller.enableHistograms(ALL);
                histograms()
                    .forEach(
                        session ->
                            session
                                .values()
                                .forEach(h -> assertThat(h.layout()).isEqualTo(ALL.layout())));
                controller.disableHistograms();
              }
            });
    for (int round = 0; round < 20; round++) {
      try (GuestDisk guest = guest(3)) {
        for (int ring = 0; ring < 3; ring++) {
          read(guest, ring, 5);
          int next = guest.frontend.stop(ring);
          guest.frontend.start(guest.rings.get(ring), next);
          read(guest, ring, 5);
        }
      }
    }
    over.set(true);
    switches.join();
    target.awaitNoSessions("disk");
    assertThat(controller.budget().leftBytes()).isEqualTo(before);
  }
}

package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.virtio.QueueCounters;
import io.vireo.virtio.blk.BlkOptions;
import io.vireo.virtio.blk.BlkStatus;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the queues of a controller have done, with guests that do I/O, go and come again. */
@Timeout(60)
class ControllerTotalsTest {
  private static final int BLOCKS = 2048;

  @TempDir Path dir;
  private TestTarget target;
  private TestDisks disks;
  private VhostController controller;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    disks = new TestDisks(target);
    disks.malloc("m", 512, BLOCKS);
    controller = create("disk");
  }

  @AfterEach
  void close() {
    target.close();
    disks.close();
  }

  private VhostController create(String name) {
    return target.createSpread(name, disks.device("m", BlkOptions.DEFAULT.queues(2)));
  }

  private GuestDisk guest(String controller) {
    return GuestDisk.of(target, controller, 2, 16, 4 << 20);
  }

  /** Its status; a sector behind the end is refused. */
  private static int read(GuestDisk guest, int ring, long sector) {
    long gpa = guest.memory.allocate(512, 512);
    return guest.run(ring, guest.drivers.get(ring).read(sector, gpa, 512));
  }

  private static QueueCounters counters(VhostController controller) {
    return controller.totals().counters();
  }

  @Test
  void the_sum_goes_on_when_a_guest_goes_and_comes_again() {
    assertThat(controller.totals()).isEqualTo(new ControllerTotals(0, QueueCounters.NONE));
    QueueCounters first;
    try (GuestDisk guest = guest("disk")) {
      assertThat(read(guest, 0, 0)).isZero();
      assertThat(read(guest, 1, BLOCKS)).isEqualTo(BlkStatus.IOERR);
      assertThat(counters(controller).requests()).isEqualTo(2);
      assertThat(counters(controller).failed()).isEqualTo(1);
      assertThat(controller.totals().inFlight()).isZero();
      first = counters(controller);
    }
    target.awaitNoSessions("disk");
    assertThat(counters(controller).requests()).isEqualTo(2);
    assertThat(counters(controller).interrupts())
        .isPositive()
        .isGreaterThanOrEqualTo(first.interrupts());
    try (GuestDisk guest = guest("disk")) {
      assertThat(read(guest, 1, 1)).isZero();
      assertThat(counters(controller).requests()).isEqualTo(3);
      assertThat(counters(controller).failed()).isEqualTo(1);
    }
  }

  @Test
  void a_ring_that_is_started_again_goes_on_counting() {
    try (GuestDisk guest = guest("disk")) {
      read(guest, 0, 0);
      int next = guest.frontend.stop(0);
      assertThat(counters(controller).requests()).isEqualTo(1);
      guest.frontend.start(guest.rings.getFirst(), next);
      read(guest, 0, 0);
      assertThat(counters(controller).requests()).isEqualTo(2);
    }
  }

  @Test
  void controllers_of_one_disk_count_for_themselves() {
    VhostController other = create("other");
    try (GuestDisk one = guest("disk");
        GuestDisk two = guest("other")) {
      read(one, 0, 0);
      read(two, 0, 0);
      read(two, 1, 0);
      assertThat(counters(controller).requests()).isEqualTo(1);
      assertThat(counters(other).requests()).isEqualTo(2);
    }
  }

  /** A monitoring system takes a sum that falls for a new beginning, and adds all of it again. */
  @Test
  void no_sum_falls_while_guests_come_and_go() {
    AtomicBoolean over = new AtomicBoolean();
    Background onlooker =
        Background.start(
            () -> {
              QueueCounters last = QueueCounters.NONE;
              while (!over.get()) {
                QueueCounters now = counters(controller);
                assertThat(now.requests()).isGreaterThanOrEqualTo(last.requests());
                assertThat(now.failed()).isGreaterThanOrEqualTo(last.failed());
                assertThat(now.interrupts()).isGreaterThanOrEqualTo(last.interrupts());
                last = now;
              }
            });
    int rounds = 30;
    for (int round = 0; round < rounds; round++) {
      try (GuestDisk guest = guest("disk")) {
        for (int ring = 0; ring < 2; ring++) {
          read(guest, ring, BLOCKS);
          int next = guest.frontend.stop(ring);
          guest.frontend.start(guest.rings.get(ring), next);
          read(guest, ring, 0);
        }
      }
    }
    over.set(true);
    onlooker.join();
    target.awaitNoSessions("disk");
    assertThat(counters(controller).requests()).isEqualTo(4L * rounds);
    assertThat(counters(controller).failed()).isEqualTo(2L * rounds);
  }
}

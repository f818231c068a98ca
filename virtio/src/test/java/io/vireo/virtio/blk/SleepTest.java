package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.reactor.ReactorOptions;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.queue.UsedRing;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A queue whose reactor sleeps, or parks it (virtio 1.3, 2.7.10), by index and by flag. */
class SleepTest {
  private static final ReactorOptions SLEEPY = ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0);

  private static TestDisk.Builder sleepy(boolean eventIdx) {
    return TestDisk.with().without(eventIdx ? 0 : VirtioFeatures.EVENT_IDX).reactor(SLEEPY, null);
  }

  private static int read(TestDisk disk) {
    return disk.driver.read(0, disk.ram.allocate(512), 512);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void kicks_are_wanted_while_asleep_and_at_no_other_time(boolean eventIdx) {
    try (TestDisk disk = sleepy(eventIdx).build()) {
      read(disk);
      assertThat(disk.driver.publish()).as("awake").isFalse();
      disk.lap();
      boolean[] kicked = new boolean[2];
      disk.stepped.whileAsleep(
          () -> {
            read(disk);
            kicked[0] = disk.driver.publish();
            read(disk);
            kicked[1] = disk.driver.publish();
          });
      disk.lap();
      disk.stepped.whileAsleep(() -> {});
      assertThat(kicked[0]).isTrue();
      assertThat(kicked[1]).as("by index: once").isEqualTo(!eventIdx);
      read(disk);
      assertThat(disk.driver.publish()).as("awake again").isFalse();
      disk.settle();
      assertThat(disk.split.used()).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void no_reactor_sleeps_over_a_head_that_came_while_it_armed(boolean eventIdx) {
    try (TestDisk disk = sleepy(eventIdx).build()) {
      disk.queue.arm();
      assertThat(disk.queue.ready()).isFalse();
      read(disk);
      disk.driver.publish();
      assertThat(disk.queue.ready()).isTrue();
      disk.queue.disarm();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void no_reactor_sleeps_over_an_interrupt_that_is_not_settled(boolean eventIdx) {
    try (TestDisk disk = sleepy(eventIdx).bdev(new PendingBdev("disk", 512, 2048)).build()) {
      disk.split.suppressInterrupts();
      read(disk);
      disk.driver.publish();
      disk.lap();
      disk.bdev.complete(IoStatus.OK);
      assertThat(disk.queue.ready()).as("unpublished").isTrue();
      assertThat(disk.queue.parkable()).isFalse();
      disk.lap();
      assertThat(disk.queue.ready()).as("unsettled").isTrue();
      assertThat(disk.queue.parkable()).isFalse();
      disk.lap();
      assertThat(disk.queue.ready()).isFalse();
      assertThat(disk.queue.parkable()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_queue_with_requests_in_flight_sleeps_but_is_not_parked(boolean eventIdx) {
    try (TestDisk disk = sleepy(eventIdx).bdev(new PendingBdev("disk", 512, 2048)).build()) {
      read(disk);
      disk.run();
      assertThat(disk.queue.ready()).isFalse();
      assertThat(disk.queue.parkable()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_parked_queue_that_was_disabled_misses_nothing_when_it_is_enabled(boolean eventIdx) {
    try (TestDisk disk = sleepy(eventIdx).build()) {
      disk.queue.enable(false);
      disk.queue.arm(); // parked
      read(disk);
      assertThat(disk.driver.publish()).as("kicked for nothing").isTrue();
      assertThat(disk.queue.ready()).isFalse();
      disk.queue.enable(true);
      assertThat(disk.queue.ready()).isTrue();
      disk.queue.disarm();
      disk.settle();
      assertThat(disk.split.used()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_queue_that_is_not_started_is_not_armed(boolean eventIdx) {
    try (TestDisk disk = sleepy(eventIdx).notStarted().build()) {
      long used = disk.ram.hva(disk.ringGpa + disk.ring.used());
      UsedRing.flags(used, 0x5555);
      UsedRing.availEvent(used, 16, 0x5555);
      disk.queue.arm();
      disk.queue.disarm();
      assertThat(UsedRing.flags(used)).isEqualTo(0x5555);
      assertThat(UsedRing.availEvent(used, 16)).isEqualTo(0x5555);
    }
  }
}

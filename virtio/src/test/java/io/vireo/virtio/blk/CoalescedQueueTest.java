package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.reactor.ReactorOptions;
import io.vireo.virtio.Coalescing;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.VirtioFeatures;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A queue whose interrupts wait, from the driver's side; by index and by flag. */
class CoalescedQueueTest {
  private static final int WINDOW_LAPS = 10_000; // of a microsecond each

  /** Longer than any delay lasts. */
  private static final int MANY_LAPS = 3 * WINDOW_LAPS;

  private long data;

  private TestDisk disk(boolean eventIdx) {
    return disk(eventIdx, new Coalescing(1_000, 10_000));
  }

  private TestDisk disk(boolean eventIdx, Coalescing how) {
    TestDisk disk =
        TestDisk.with()
            .without(eventIdx ? 0 : VirtioFeatures.EVENT_IDX)
            .reactor(ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0), null)
            .build();
    data = disk.ram.allocate(512);
    disk.queue.coalescing(how);
    return disk;
  }

  /** A request each {@code everyLaps} of a driver that sleeps after each; how many interrupts. */
  private int load(TestDisk disk, int everyLaps, int laps) {
    int interrupts = 0;
    for (int lap = 0; lap < laps; lap++) {
      if (lap % everyLaps == 0) {
        while (disk.driver.poll() >= 0) {}
        disk.split.enableInterrupts();
        disk.driver.read(0, data, 512);
        disk.split.publish();
      }
      disk.lap();
      interrupts += (int) disk.call.drain();
    }
    return interrupts;
  }

  /** One request whose interrupt is held. */
  private void hold(TestDisk disk) {
    load(disk, 5, 2 * WINDOW_LAPS);
    for (int tries = 0; load(disk, 5, 5) > 0 || !disk.queue.ready(); tries++) {
      assertThat(tries).as("nothing is ever held").isLessThan(WINDOW_LAPS);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void below_the_threshold_a_driver_at_depth_1_has_each_interrupt_in_the_lap_of_its_request(
      boolean eventIdx) {
    try (TestDisk disk = disk(eventIdx)) {
      assertThat(load(disk, 100, MANY_LAPS)).isEqualTo(MANY_LAPS / 100);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void above_it_there_is_one_in_each_delay(boolean eventIdx) {
    try (TestDisk disk = disk(eventIdx)) {
      load(disk, 5, 2 * WINDOW_LAPS);
      assertThat(load(disk, 5, 10 * WINDOW_LAPS)).isBetween(98, 101);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_queue_that_goes_idle_owes_nothing_and_then_its_reactor_sleeps(boolean eventIdx) {
    try (TestDisk disk = disk(eventIdx)) {
      hold(disk);
      assertThat(disk.queue.ready()).as("no sleep").isTrue();
      assertThat(disk.queue.parkable()).isFalse();
      int sleeps = disk.stepped.sleepsNs().size();
      while (disk.queue.ready()) {
        assertThat(disk.stepped.sleepsNs()).hasSize(sleeps);
        disk.lap();
      }
      assertThat(disk.call.drain()).isEqualTo(1);
      disk.lap();
      assertThat(disk.queue.ready()).isFalse();
      assertThat(disk.queue.parkable()).isTrue();
      assertThat(disk.stepped.sleepsNs()).hasSizeGreaterThan(sleeps);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void the_longest_delay_is_over_soon_after_the_load(boolean eventIdx) {
    try (TestDisk disk = disk(eventIdx, new Coalescing(Coalescing.MAX_DELAY_US, 100))) {
      hold(disk);
      for (int lap = 0; lap <= 2 * WINDOW_LAPS; lap++) {
        disk.lap();
      }
      assertThat(disk.call.drain()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_stop_sends_what_is_held(boolean eventIdx) {
    try (TestDisk disk = disk(eventIdx)) {
      hold(disk);
      disk.stop();
      assertThat(disk.call.drain()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_queue_that_breaks_sends_what_is_held(boolean eventIdx) {
    try (TestDisk disk = disk(eventIdx)) {
      hold(disk);
      disk.queue.failed(new IllegalStateException("broken by hand"));
      assertThat(disk.call.drain()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void another_memory_table_loses_nothing(boolean eventIdx) {
    try (TestDisk disk = disk(eventIdx)) {
      hold(disk);
      disk.memory(disk.ram.table());
      assertThat(disk.call.drain()).isZero();
      for (int lap = 0; lap <= 1_000; lap++) {
        disk.lap();
      }
      assertThat(disk.call.drain()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void switched_off_all_is_as_before(boolean eventIdx) {
    try (TestDisk disk = disk(eventIdx)) {
      hold(disk);
      disk.queue.coalescing(Coalescing.OFF);
      disk.lap();
      disk.lap();
      assertThat(disk.call.drain()).isEqualTo(1);
      assertThat(load(disk, 5, WINDOW_LAPS)).isEqualTo(WINDOW_LAPS / 5);
    }
  }
}

package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.module.NoParameters;
import io.vireo.nvme.model.ModelOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransportStatisticsTest {
  private static final int WRITES = 20;

  @SuppressWarnings("unchecked")
  private static QueueCounters counters(DiskFixture disk) {
    Map<String, Object> answer =
        (Map<String, Object>) disk.call("bdev_nvme_get_transport_statistics", new NoParameters());
    List<Map<String, Object>> groups = (List<Map<String, Object>>) answer.get("poll_groups");
    assertThat(groups).hasSize(1);
    return ((List<QueueCounters>) groups.getFirst().get("transports")).getFirst();
  }

  private static void write(DiskFixture disk) {
    for (int i = 0; i < WRITES; i++) {
      disk.driver.write((long) i * DiskFixture.BLOCK, disk.pattern(i));
    }
  }

  @Test
  void commands_and_the_doorbells_for_them_are_counted_over_resets() {
    try (DiskFixture disk = new DiskFixture()) {
      write(disk);
      QueueCounters first = counters(disk);
      assertThat(first.submitted_requests()).isEqualTo(WRITES);
      assertThat(first.completions()).isEqualTo(WRITES);
      assertThat(first.sq_mmio_doorbell_updates()).isEqualTo(WRITES); // one by one
      assertThat(first.cq_mmio_doorbell_updates()).isBetween(1L, (long) WRITES);
      assertThat(first.sq_shadow_doorbell_updates()).isZero();
      assertThat(first.cq_shadow_doorbell_updates()).isZero();
      assertThat(first.polls()).isEqualTo(first.idle_polls() + WRITES);
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      write(disk);
      QueueCounters second = counters(disk);
      assertThat(second.submitted_requests()).isEqualTo(2 * WRITES);
      assertThat(second.sq_mmio_doorbell_updates()).isEqualTo(2 * WRITES);
    }
  }

  private static long doorbellsOfABusyLap(boolean delay) {
    Map<String, Object> options = Map.of("delay_cmd_submit", delay);
    try (DiskFixture disk = new DiskFixture(ModelOptions.DEFAULT, options)) {
      disk.stepped.reactor().post(() -> {});
      disk.stepped.lap(); // which had something to do
      disk.writes(0, WRITES);
      disk.until("the ends", () -> disk.driver.completions() == WRITES);
      return counters(disk).sq_mmio_doorbell_updates();
    }
  }

  @Test
  void a_busy_reactor_rings_once_a_lap_unless_it_is_not_to_wait() {
    assertThat(doorbellsOfABusyLap(true)).isEqualTo(1);
    assertThat(doorbellsOfABusyLap(false)).isEqualTo(WRITES);
  }

  @Test
  void doorbells_in_memory_are_counted_apart() {
    try (DiskFixture disk = new DiskFixture(ModelOptions.DEFAULT.withShadowDoorbells(), Map.of())) {
      write(disk);
      QueueCounters counters = counters(disk);
      assertThat(counters.sq_shadow_doorbell_updates()).isEqualTo(WRITES);
      assertThat(counters.cq_shadow_doorbell_updates()).isBetween(1L, (long) WRITES);
      assertThat(counters.sq_mmio_doorbell_updates()).isLessThanOrEqualTo(WRITES);
    }
  }
}

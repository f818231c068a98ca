package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What Prometheus is shown of drives. */
class DriveMetricsTest {
  private static final String ADDRESS = "0000:01:00.0";
  private static final long TIMEOUT_US = 50_000;

  @Test
  void a_drive_is_shown_with_its_state_and_its_resets() {
    try (ModuleFixture fixture = new ModuleFixture()) {
      assertThat(fixture.figures()).isEmpty();
      fixture.bus.add(ADDRESS, ModelOptions.DEFAULT);
      fixture.attach("Nvme0", ADDRESS);
      assertThat(fixture.figures())
          .contains(
              entry("vireo_nvme_state[Nvme0, enabled]", 1.0),
              entry("vireo_nvme_state[Nvme0, failed]", 0.0),
              entry("vireo_nvme_resets_total[Nvme0]", 0.0),
              entry("vireo_nvme_late_commands_total[Nvme0]", 0.0));
      assertThat(fixture.figures().keySet())
          .anyMatch(name -> name.startsWith("vireo_nvme_controller_info[Nvme0, " + ADDRESS + ", "));
      fixture.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      fixture.call("bdev_nvme_disable_controller", new NvmeName("Nvme0", null));
      assertThat(fixture.figures())
          .contains(
              entry("vireo_nvme_state[Nvme0, enabled]", 0.0),
              entry("vireo_nvme_state[Nvme0, disabled]", 1.0),
              entry("vireo_nvme_resets_total[Nvme0]", 1.0));
      fixture.call("bdev_nvme_detach_controller", fixture.detach("Nvme0"));
      assertThat(fixture.figures()).isEmpty();
    }
  }

  @Test
  void its_health_is_what_somebody_else_asked_for_and_no_command_is_sent_for_it() {
    try (ModuleFixture fixture = new ModuleFixture()) {
      ModelBus.Slot slot = fixture.bus.add(ADDRESS, ModelOptions.DEFAULT);
      fixture.attach("Nvme0", ADDRESS);
      AtomicInteger commands = new AtomicInteger();
      slot.model()
          .faults()
          .always(
              command -> {
                commands.incrementAndGet();
                return false;
              },
              Kind.STATUS,
              0);
      assertThat(fixture.figures()).doesNotContainKey("vireo_nvme_temperature_celsius[Nvme0]");
      assertThat(commands).hasValue(0);
      fixture.call("bdev_nvme_get_controller_health_info", new NvmeHealth("Nvme0"));
      int asked = commands.get();
      assertThat(asked).isPositive();
      assertThat(fixture.figures())
          .contains(entry("vireo_nvme_temperature_celsius[Nvme0]", 300.0 - 273))
          .containsKeys(
              "vireo_nvme_used_ratio[Nvme0]",
              "vireo_nvme_available_spare_ratio[Nvme0]",
              "vireo_nvme_media_errors_total[Nvme0]");
      assertThat(commands).hasValue(asked);
    }
  }

  @Test
  void late_commands_are_counted() {
    try (DiskFixture disk =
        new DiskFixture(
            ModelOptions.DEFAULT, Map.of("timeout_us", TIMEOUT_US, "action_on_timeout", "none"))) {
      disk.module.clock.stop();
      disk.faults().once(DiskFixture::isIo, Kind.LOST, 0);
      disk.writes(0, 1);
      disk.until(
          "a command that is late",
          () -> {
            disk.pass(TIMEOUT_US * 1_000);
            return disk.module.figures().get("vireo_nvme_late_commands_total[Nvme0]") > 0;
          });
      disk.pass(10 * TIMEOUT_US * 1_000);
      assertThat(disk.module.figures())
          .contains(entry("vireo_nvme_late_commands_total[Nvme0]", 1.0));
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
    }
  }
}

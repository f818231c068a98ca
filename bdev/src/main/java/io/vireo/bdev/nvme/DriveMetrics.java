package io.vireo.bdev.nvme;

import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Metric;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.spec.SmartLog;
import java.util.List;
import java.util.Locale;

/**
 * What of a drive is shown to Prometheus. A drive is not asked for it: its health is what it
 * answered when somebody called bdev_nvme_get_controller_health_info. Any thread.
 */
final class DriveMetrics {
  private static final double PERCENT = 100;

  private static final Metric INFO =
      Metric.info(
          "vireo_nvme_controller_info",
          "An NVMe controller, and what it says that it is",
          "controller",
          "address",
          "model",
          "serial",
          "firmware");
  private static final Metric STATE =
      Metric.gauge(
          "vireo_nvme_state",
          "1 for what the controller does now, 0 for the other states",
          "controller",
          "state");
  private static final Metric RESETS =
      Metric.counter(
          "vireo_nvme_resets_total", "How often the controller was brought back", "controller");
  private static final Metric LATE =
      Metric.counter(
          "vireo_nvme_late_commands_total",
          "Commands that took longer than the controller's options allow",
          "controller");
  private static final Metric TEMPERATURE = health("temperature_celsius", "Temperature");
  private static final Metric USED =
      health("used_ratio", "Share of its life that is used, above 1 beyond its rating");
  private static final Metric SPARE =
      health("available_spare_ratio", "Share of its spare blocks that is left");
  private static final Metric MEDIA_ERRORS =
      Metric.counter(
          "vireo_nvme_media_errors_total",
          "Times that the drive could not keep data whole, as it told last",
          "controller");

  static final List<Metric> ALL =
      List.of(INFO, STATE, RESETS, LATE, TEMPERATURE, USED, SPARE, MEDIA_ERRORS);

  private DriveMetrics() {}

  private static Metric health(String name, String what) {
    return Metric.gauge("vireo_nvme_" + name, what + ", as the drive told last", "controller");
  }

  static void measure(NvmeDrive drive, Measurements to) {
    String name = drive.name();
    IdentifyController identify = drive.identify();
    to.put(
        INFO,
        1,
        name,
        drive.address(),
        identify.modelNumber(),
        identify.serialNumber(),
        identify.firmwareRevision());
    DriveState now = drive.state();
    for (DriveState state : DriveState.values()) {
      to.put(STATE, state == now ? 1 : 0, name, state.name().toLowerCase(Locale.ROOT));
    }
    DriveHistory history = drive.history();
    to.put(RESETS, history.resets(), name);
    to.put(LATE, history.lateCommands(), name);
    SmartLog health = history.lastHealth();
    if (health != null) {
      to.put(TEMPERATURE, HealthReport.celsius(health), name);
      to.put(USED, health.usedPercent() / PERCENT, name);
      to.put(SPARE, health.availableSparePercent() / PERCENT, name);
      to.put(MEDIA_ERRORS, health.mediaErrors().doubleValue(), name);
    }
  }
}

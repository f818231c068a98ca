package io.vireo.daemon.nvme;

import io.vireo.nvme.spec.SmartLog;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A controller's health in words and as JSON. */
final class HealthReport {
  private static final int KELVIN_AT_ZERO_CELSIUS = 273;

  private HealthReport() {}

  /** As in {@code ok, 27 C, 0 % used}. */
  static String brief(SmartLog log) {
    String state = log.warnings().isEmpty() ? "ok" : String.join(", ", log.warnings());
    return "%s, %d C, %d %% used".formatted(state, celsius(log.kelvin()), log.usedPercent());
  }

  /** Null for 0 kelvin, by which controllers say that they do not tell. */
  static Integer celsius(int kelvin) {
    return kelvin == 0 ? null : kelvin - KELVIN_AT_ZERO_CELSIUS;
  }

  static Map<String, Object> json(SmartLog log) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("warnings", log.warnings());
    json.put("temperature_celsius", celsius(log.kelvin()));
    json.put("sensors_celsius", sensors(log));
    json.put("available_spare_percent", log.availableSparePercent());
    json.put("used_percent", log.usedPercent());
    json.put("data_units_read", log.dataUnitsRead());
    json.put("data_units_written", log.dataUnitsWritten());
    json.put("power_cycles", log.powerCycles());
    json.put("power_on_hours", log.powerOnHours());
    json.put("unsafe_shutdowns", log.unsafeShutdowns());
    json.put("media_errors", log.mediaErrors());
    json.put("error_log_entries", log.errorLogEntries());
    json.put("slowed_down_lightly_seconds", log.thermalSeconds(1));
    json.put("slowed_down_heavily_seconds", log.thermalSeconds(2));
    return json;
  }

  private static List<Integer> sensors(SmartLog log) {
    return Arrays.stream(log.sensorKelvins())
        .filter(kelvin -> kelvin != 0)
        .mapToObj(HealthReport::celsius)
        .toList();
  }
}

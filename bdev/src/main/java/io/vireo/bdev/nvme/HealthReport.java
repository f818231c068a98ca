package io.vireo.bdev.nvme;

import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.spec.SmartLog;
import java.util.LinkedHashMap;
import java.util.Map;

/** A drive's health (Base 5.16.1.3), for bdev_nvme_get_controller_health_info. */
final class HealthReport {
  private static final int ZERO_CELSIUS_KELVIN = 273;

  private HealthReport() {}

  static Map<String, Object> of(NvmeDrive drive) {
    SmartLog log = drive.await(controller -> controller.logPages().askSmart());
    drive.history().health(log);
    IdentifyController identify = drive.identify();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("model_number", identify.modelNumber());
    map.put("serial_number", identify.serialNumber());
    map.put("firmware_revision", identify.firmwareRevision());
    map.put("traddr", drive.address());
    map.put("critical_warning", log.criticalWarning());
    map.put("temperature_celsius", celsius(log));
    map.put("available_spare_percentage", log.availableSparePercent());
    map.put("available_spare_threshold_percentage", log.availableSpareThresholdPercent());
    map.put("percentage_used", log.usedPercent());
    map.put("data_units_read", log.dataUnitsRead());
    map.put("data_units_written", log.dataUnitsWritten());
    map.put("host_read_commands", log.hostReadCommands());
    map.put("host_write_commands", log.hostWriteCommands());
    map.put("controller_busy_time", log.busyMinutes());
    map.put("power_cycles", log.powerCycles());
    map.put("power_on_hours", log.powerOnHours());
    map.put("unsafe_shutdowns", log.unsafeShutdowns());
    map.put("media_errors", log.mediaErrors());
    map.put("num_err_log_entries", log.errorLogEntries());
    map.put("warning_temperature_time_minutes", log.warningTemperatureMinutes());
    map.put("critical_composite_temperature_time_minutes", log.criticalTemperatureMinutes());
    return map;
  }

  static int celsius(SmartLog log) {
    return log.kelvin() - ZERO_CELSIUS_KELVIN;
  }
}

package io.vireo.nvme.spec;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** The SMART and health information log (Base 5.16.1.3, figure 207), as it was read once. */
public final class SmartLog {
  public static final int BYTES = 512;

  static final int CRITICAL_WARNING = 0;
  static final int COMPOSITE_TEMPERATURE = 1;
  static final int AVAILABLE_SPARE = 3;
  static final int AVAILABLE_SPARE_THRESHOLD = 4;
  static final int PERCENTAGE_USED = 5;
  static final int DATA_UNITS_READ = 32;
  static final int DATA_UNITS_WRITTEN = 48;
  static final int HOST_READ_COMMANDS = 64;
  static final int HOST_WRITE_COMMANDS = 80;
  static final int CONTROLLER_BUSY_TIME = 96;
  static final int POWER_CYCLES = 112;
  static final int POWER_ON_HOURS = 128;
  static final int UNSAFE_SHUTDOWNS = 144;
  static final int MEDIA_ERRORS = 160;
  static final int ERROR_LOG_ENTRIES = 176;
  static final int WARNING_TEMPERATURE_TIME = 192;
  static final int CRITICAL_TEMPERATURE_TIME = 196;
  static final int TEMPERATURE_SENSOR_1 = 200;
  static final int THERMAL_TRANSITIONS_1 = 216;
  static final int THERMAL_TRANSITIONS_2 = 220;
  static final int THERMAL_TIME_1 = 224;
  static final int THERMAL_TIME_2 = 228;

  /** A data unit: a thousand sectors, read or written. */
  public static final long DATA_UNIT_BYTES = 512_000;

  private static final int SENSORS = 8;
  private static final List<String> WARNINGS =
      List.of(
          "available spare is below the threshold",
          "temperature is beyond a threshold",
          "reliability is degraded",
          "media are read only",
          "backup of volatile memory failed",
          "persistent memory region is read only or unreliable");

  private final Snapshot data;

  private SmartLog(Snapshot data) {
    this.data = data;
  }

  /** Copies {@link #BYTES} bytes at {@code address}. */
  public static SmartLog decode(long address) {
    return new SmartLog(new Snapshot(address, BYTES));
  }

  /** Critical warning: a bit for each of {@link #warnings}; 0: healthy. */
  public int criticalWarning() {
    return data.u8(CRITICAL_WARNING);
  }

  /** The critical warnings in words. */
  public List<String> warnings() {
    List<String> words = new ArrayList<>();
    for (int bit = 0; bit < Byte.SIZE; bit++) {
      if ((criticalWarning() & 1 << bit) != 0) {
        words.add(bit < WARNINGS.size() ? WARNINGS.get(bit) : "warning bit %d".formatted(bit));
      }
    }
    return words;
  }

  /** Composite temperature; 0: not told. */
  public int kelvin() {
    return data.u16(COMPOSITE_TEMPERATURE);
  }

  /** Spare capacity that is left, in percent. */
  public int availableSparePercent() {
    return data.u8(AVAILABLE_SPARE);
  }

  public int availableSpareThresholdPercent() {
    return data.u8(AVAILABLE_SPARE_THRESHOLD);
  }

  /** How much of the life is used as the vendor estimates; may exceed 100, 255 is the end. */
  public int usedPercent() {
    return data.u8(PERCENTAGE_USED);
  }

  /** In units of {@link #DATA_UNIT_BYTES}. */
  public BigInteger dataUnitsRead() {
    return data.u128(DATA_UNITS_READ);
  }

  /** In units of {@link #DATA_UNIT_BYTES}. */
  public BigInteger dataUnitsWritten() {
    return data.u128(DATA_UNITS_WRITTEN);
  }

  public BigInteger hostReadCommands() {
    return data.u128(HOST_READ_COMMANDS);
  }

  public BigInteger hostWriteCommands() {
    return data.u128(HOST_WRITE_COMMANDS);
  }

  public BigInteger busyMinutes() {
    return data.u128(CONTROLLER_BUSY_TIME);
  }

  public BigInteger powerCycles() {
    return data.u128(POWER_CYCLES);
  }

  public BigInteger powerOnHours() {
    return data.u128(POWER_ON_HOURS);
  }

  public BigInteger unsafeShutdowns() {
    return data.u128(UNSAFE_SHUTDOWNS);
  }

  /** Media and data integrity errors that could not be corrected. */
  public BigInteger mediaErrors() {
    return data.u128(MEDIA_ERRORS);
  }

  /** Entries that the error log got over the controller's life. */
  public BigInteger errorLogEntries() {
    return data.u128(ERROR_LOG_ENTRIES);
  }

  /** Time between WCTEMP and CCTEMP. */
  public long warningTemperatureMinutes() {
    return data.u32(WARNING_TEMPERATURE_TIME);
  }

  /** Time beyond CCTEMP. */
  public long criticalTemperatureMinutes() {
    return data.u32(CRITICAL_TEMPERATURE_TIME);
  }

  /** Temperatures of the sensors 1 to 8; 0: there is none. */
  public int[] sensorKelvins() {
    int[] kelvins = new int[SENSORS];
    for (int i = 0; i < SENSORS; i++) {
      kelvins[i] = data.u16(TEMPERATURE_SENSOR_1 + i * Short.BYTES);
    }
    return kelvins;
  }

  /**
   * How often it slowed down for its temperature.
   *
   * @param level 1 lightly, 2 heavily
   */
  public long thermalTransitions(int level) {
    return data.u32(level == 1 ? THERMAL_TRANSITIONS_1 : THERMAL_TRANSITIONS_2);
  }

  /** How long it was slowed down. */
  public long thermalSeconds(int level) {
    return data.u32(level == 1 ? THERMAL_TIME_1 : THERMAL_TIME_2);
  }
}

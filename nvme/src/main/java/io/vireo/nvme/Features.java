package io.vireo.nvme;

import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.Feature;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Get and set features (Base 5.15, 5.27), those of the controller. Control thread. */
public final class Features {
  /** Which value of a feature (Base 5.15, SEL). */
  public enum Select {
    CURRENT(0),
    DEFAULT(1),
    SAVED(2),
    /** Saveable (bit 0), namespace specific (1), changeable (2). */
    CAPABILITIES(3);

    private final int code;

    Select(int code) {
      this.code = code;
    }
  }

  private static final int SELECT_SHIFT = 8;
  private static final int SAVE = 1 << 31;
  private static final int QUEUE_MASK = 0xffff;
  private static final int UNDER_TEMPERATURE = 1 << 20;
  private static final int SENSOR_SHIFT = 16;
  private static final int TIMESTAMP_BYTES = 8;
  private static final long TIMESTAMP_MASK = (1L << 48) - 1;
  private static final int HOST_ID_BYTES = 16;
  private static final int EXTENDED_HOST_ID = 1;
  private static final int HOST_BEHAVIOR_BYTES = 512;

  private final NvmeController controller;

  public Features(NvmeController controller) {
    this.controller = controller;
  }

  /** The current value of a feature that is one number. */
  public int get(int feature) {
    return get(feature, 0, Select.CURRENT);
  }

  public int get(int feature, int nsid, Select which) {
    return controller.admin().run(getCommand(feature, nsid, which));
  }

  /** The current value of a feature that is bytes. */
  public byte[] getData(int feature, int nsid, int dword11, int bytes) {
    AdminCommand command = getCommand(feature, nsid, Select.CURRENT).dword(11, dword11);
    return controller.admin().read(command, bytes);
  }

  private static AdminCommand getCommand(int feature, int nsid, Select which) {
    return AdminCommand.of(AdminOpcode.GET_FEATURES)
        .nsid(nsid)
        .dword(10, which.code << SELECT_SHIFT | feature);
  }

  /** Sets a feature that is one number until the next reset; answers dword 0. */
  public int set(int feature, int value) {
    return set(feature, 0, value, false);
  }

  /**
   * Sets a feature that is one number; answers dword 0.
   *
   * @param save also over power cycles
   */
  public int set(int feature, int nsid, int value, boolean save) {
    return controller.admin().run(setCommand(feature, nsid, value, save));
  }

  /** Sets a feature that is bytes. */
  public void setData(int feature, int nsid, int dword11, byte[] data) {
    controller.admin().write(setCommand(feature, nsid, dword11, false), data);
  }

  private static AdminCommand setCommand(int feature, int nsid, int value, boolean save) {
    return AdminCommand.of(AdminOpcode.SET_FEATURES)
        .nsid(nsid)
        .dword(10, (save ? SAVE : 0) | feature)
        .dword(11, value);
  }

  /**
   * How the controller takes turns among queues (Base 5.27.1.1).
   *
   * @param burstShift commands in a row as a power of two; 7: no limit
   * @param low weight of the low class, from 1 to 256, where the weights are used
   */
  public void arbitration(int burstShift, int low, int medium, int high) {
    int weights = (high - 1) << 24 | (medium - 1) << 16 | (low - 1) << 8;
    set(Feature.ARBITRATION, weights | burstShift);
  }

  /** Chooses power state {@code state} (Base 5.27.1.2). */
  public void powerState(int state) {
    set(Feature.POWER_MANAGEMENT, state);
  }

  /** Which power state it is in. */
  public int powerState() {
    return get(Feature.POWER_MANAGEMENT) & 0b11111;
  }

  /**
   * From where on the temperature is an event (Base 5.27.1.3).
   *
   * @param sensor from 1 to 8; 0: the composite temperature
   * @param under true: below is the event
   */
  public void temperatureThreshold(int kelvin, int sensor, boolean under) {
    int which = sensor << SENSOR_SHIFT | (under ? UNDER_TEMPERATURE : 0);
    set(Feature.TEMPERATURE_THRESHOLD, which | kelvin);
  }

  /** Switches the volatile write cache (Base 5.27.1.4), which is there only if VWC says so. */
  public void volatileWriteCache(boolean on) {
    set(Feature.VOLATILE_WRITE_CACHE, on ? 1 : 0);
  }

  public boolean volatileWriteCache() {
    return (get(Feature.VOLATILE_WRITE_CACHE) & 1) != 0;
  }

  /**
   * Asks for queue pairs (Base 5.27.1.5); only before the first of them is made.
   *
   * @return how many the controller gave, at most {@code wanted}
   */
  int queues(int wanted) {
    int count = wanted - 1;
    int given = set(Feature.NUMBER_OF_QUEUES, count << 16 | count);
    return Math.min(wanted, Math.min(given & QUEUE_MASK, given >>> 16) + 1);
  }

  /**
   * How many completions, and how long, an interrupt may wait (Base 5.27.1.6).
   *
   * @param completions from 1 to 256
   * @param time in units of 100 microseconds, to 255
   */
  public void interruptCoalescing(int completions, int time) {
    set(Feature.INTERRUPT_COALESCING, time << 8 | (completions - 1));
  }

  /** Which events are told (Base 5.27.1.8): critical warnings (7:0), notices (31:8). */
  void asyncEvents(int bits) {
    set(Feature.ASYNC_EVENT_CONFIGURATION, bits);
  }

  /** Milliseconds since 1970 as the controller counts them (Base 5.27.1.11). */
  public long timestampMs() {
    byte[] data = getData(Feature.TIMESTAMP, 0, 0, TIMESTAMP_BYTES);
    return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getLong() & TIMESTAMP_MASK;
  }

  public void timestampMs(long now) {
    byte[] data = new byte[TIMESTAMP_BYTES];
    ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putLong(now & TIMESTAMP_MASK);
    setData(Feature.TIMESTAMP, 0, 0, data);
  }

  /** How long the controller waits for a command before it gives its host up (Base 5.27.1.12). */
  public void keepAliveMs(int time) {
    set(Feature.KEEP_ALIVE_TIMER, time);
  }

  /** The host's name for reservations (Base 5.27.1.25), 16 bytes. */
  public void hostIdentifier(byte[] id) {
    if (id.length != HOST_ID_BYTES) {
      throw new NvmeException(
          "host identifier of %d bytes is not of %d".formatted(id.length, HOST_ID_BYTES));
    }
    setData(Feature.HOST_IDENTIFIER, 0, EXTENDED_HOST_ID, id);
  }

  public byte[] hostIdentifier() {
    return getData(Feature.HOST_IDENTIFIER, 0, EXTENDED_HOST_ID, HOST_ID_BYTES);
  }

  /** Lets the controller interrupt commands and tell when to retry (Base 5.27.1.18, ACRE). */
  void acceptRetryDelays() {
    byte[] behavior = new byte[HOST_BEHAVIOR_BYTES];
    behavior[0] = 1;
    setData(Feature.HOST_BEHAVIOR_SUPPORT, 0, 0, behavior);
  }
}

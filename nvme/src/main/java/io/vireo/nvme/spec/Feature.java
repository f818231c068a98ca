package io.vireo.nvme.spec;

/** Feature identifiers of get and set features (Base 5.27.1). */
public final class Feature {
  public static final int ARBITRATION = 0x01;
  public static final int POWER_MANAGEMENT = 0x02;
  public static final int TEMPERATURE_THRESHOLD = 0x04;
  public static final int VOLATILE_WRITE_CACHE = 0x06;
  public static final int NUMBER_OF_QUEUES = 0x07;
  public static final int ASYNC_EVENT_CONFIGURATION = 0x0b;
  public static final int KEEP_ALIVE_TIMER = 0x0f;

  private Feature() {}
}

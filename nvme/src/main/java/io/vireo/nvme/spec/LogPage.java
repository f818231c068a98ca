package io.vireo.nvme.spec;

/** Log page identifiers (Base 5.16.1). */
public final class LogPage {
  public static final int ERROR = 0x01;
  public static final int SMART = 0x02;
  public static final int FIRMWARE_SLOT = 0x03;
  public static final int CHANGED_NAMESPACES = 0x04;
  public static final int COMMAND_EFFECTS = 0x05;
  public static final int SELF_TEST = 0x06;

  private LogPage() {}
}

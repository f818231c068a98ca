package io.vireo.nvme.spec;

/** Commands of the zoned namespace command set (ZNS 3) and what they are asked for. */
public final class Zns {
  public static final int ZONE_MANAGEMENT_SEND = 0x79;
  public static final int ZONE_MANAGEMENT_RECEIVE = 0x7a;
  public static final int ZONE_APPEND = 0x7d;

  /** Command dword 12 of an append, bit 25: reference tags count from the zone's first block. */
  public static final int PIREMAP = 1 << 25;

  /** Zone send actions (ZNS 3.4.3, ZSA). */
  public static final int CLOSE = 0x01;

  public static final int FINISH = 0x02;
  public static final int OPEN = 0x03;
  public static final int RESET = 0x04;
  public static final int OFFLINE = 0x05;

  /** Command dword 13 of zone management send, bit 8: all zones, not one. */
  public static final int SELECT_ALL = 1 << 8;

  /** Zone receive actions (ZNS 3.4.2, ZRA). */
  public static final int REPORT = 0x00;

  public static final int EXTENDED_REPORT = 0x01;

  /** Command dword 13 of a report, bit 16: the count is of the descriptors that are there. */
  public static final int PARTIAL = 1 << 16;

  /** Which zones a report lists (ZNS 3.4.2, ZRASF). */
  public static final int ALL_ZONES = 0x0;

  public static final int EMPTY_ZONES = 0x1;
  public static final int IMPLICITLY_OPEN_ZONES = 0x2;
  public static final int EXPLICITLY_OPEN_ZONES = 0x3;
  public static final int CLOSED_ZONES = 0x4;
  public static final int FULL_ZONES = 0x5;
  public static final int READ_ONLY_ZONES = 0x6;
  public static final int OFFLINE_ZONES = 0x7;

  private Zns() {}
}

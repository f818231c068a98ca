package io.vireo.nvme.spec;

import io.vireo.linux.Mem;
import java.util.Arrays;

/** What Identify is asked for: the CNS values of command dword 10 (Base 5.17.1). */
public final class Identify {
  /** Every answer has this size. */
  public static final int BYTES = 4096;

  /** How many identifiers a list of namespaces holds. */
  public static final int LIST_ENTRIES = BYTES / Integer.BYTES;

  public static final int CNS_NAMESPACE = 0x00;
  public static final int CNS_CONTROLLER = 0x01;

  /** 1024 identifiers of active namespaces above the one given, ascending, 0 at the end. */
  public static final int CNS_ACTIVE_NAMESPACES = 0x02;

  /** A namespace's identification descriptors. */
  public static final int CNS_DESCRIPTORS = 0x03;

  /** What a command set has to say of a namespace. */
  public static final int CNS_NAMESPACE_OF_COMMAND_SET = 0x05;

  /** What a command set has to say of the controller. */
  public static final int CNS_CONTROLLER_OF_COMMAND_SET = 0x06;

  /** As {@link #CNS_ACTIVE_NAMESPACES}, of all that exist in the subsystem. */
  public static final int CNS_ALLOCATED_NAMESPACES = 0x10;

  /** A namespace that need not be attached to the controller. */
  public static final int CNS_ALLOCATED_NAMESPACE = 0x11;

  /** The controllers that a namespace is attached to, from the one given on. */
  public static final int CNS_CONTROLLERS_OF_NAMESPACE = 0x12;

  /** The controllers of the subsystem, from the one given on. */
  public static final int CNS_CONTROLLERS = 0x13;

  /** Which command sets can be used together. */
  public static final int CNS_COMMAND_SETS = 0x1c;

  /** CSI: the NVM command set. */
  public static final int CSI_NVM = 0;

  /** CSI: the zoned namespace command set. */
  public static final int CSI_ZONED = 2;

  private Identify() {}

  /**
   * The identifiers of a list of namespaces (Base 5.17.2.2) up to its end, which is also where they
   * do not ascend any more.
   *
   * @param above the identifier that the list was asked from
   */
  public static int[] namespaceList(long address, int above) {
    int[] ids = new int[LIST_ENTRIES];
    int count = 0;
    int last = above;
    while (count < LIST_ENTRIES) {
      int id = Mem.getInt(address + (long) count * Integer.BYTES);
      if (Integer.compareUnsigned(id, last) <= 0) {
        break;
      }
      ids[count++] = id;
      last = id;
    }
    return Arrays.copyOf(ids, count);
  }

  /** The identifiers of a list of controllers (Base figure 137): their number, then they. */
  public static int[] controllerList(long address) {
    Snapshot list = new Snapshot(address, BYTES);
    int[] ids = new int[Math.min(list.u16(0), BYTES / Short.BYTES - 1)];
    Arrays.setAll(ids, i -> list.u16((i + 1) * Short.BYTES));
    return ids;
  }
}

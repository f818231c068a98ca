package io.vireo.nvme.spec;

/** The commands supported and effects log (Base 5.16.1.6, figure 211), as it was read once. */
public final class CommandEffects {
  public static final int BYTES = 4096;

  /** CSUPP: the command is supported. */
  public static final int SUPPORTED = 1;

  /** LBCC: it may change blocks. */
  public static final int CHANGES_BLOCKS = 1 << 1;

  /** NCC: it may change what a namespace is like. */
  public static final int CHANGES_NAMESPACE = 1 << 2;

  /** NIC: it may change which namespaces there are. */
  public static final int CHANGES_INVENTORY = 1 << 3;

  /** CCC: it may change what the controller can do. */
  public static final int CHANGES_CONTROLLER = 1 << 4;

  static final int ACS = 0;
  static final int IOCS = 1024;

  private final Snapshot data;

  private CommandEffects(Snapshot data) {
    this.data = data;
  }

  /** Copies {@link #BYTES} bytes at {@code address}. */
  public static CommandEffects decode(long address) {
    return new CommandEffects(new Snapshot(address, BYTES));
  }

  /** Effects of an admin command, as bits. */
  public int ofAdmin(int opcode) {
    return data.s32(ACS + opcode * Integer.BYTES);
  }

  /** Effects of an I/O command, as bits. */
  public int ofIo(int opcode) {
    return data.s32(IOCS + opcode * Integer.BYTES);
  }
}

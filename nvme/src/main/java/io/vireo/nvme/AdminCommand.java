package io.vireo.nvme;

import io.vireo.nvme.transport.NvmeRequest;

/**
 * An admin command (Base 5) before it is sent, without its data. Control thread; made anew for each
 * command.
 */
public final class AdminCommand {
  private static final int FIRST_DWORD = 10;
  private static final int DWORDS = 6;

  private final int opcode;
  private final int[] dwords = new int[DWORDS];
  private int nsid;
  private long timeoutMs;

  private AdminCommand(int opcode) {
    this.opcode = opcode;
  }

  /** A command for the controller; all dwords are zero. */
  public static AdminCommand of(int opcode) {
    return new AdminCommand(opcode & 0xff);
  }

  /** For that namespace. */
  public AdminCommand nsid(int id) {
    nsid = id;
    return this;
  }

  /**
   * Sets a command dword.
   *
   * @param number from 10 to 15
   */
  public AdminCommand dword(int number, int value) {
    dwords[number - FIRST_DWORD] = value;
    return this;
  }

  /**
   * It may take that long, if that is longer than an admin command may take anyway; one that is
   * {@linkplain AdminQueue#passThrough passed through} may take that long in any case.
   *
   * @param time 0: as any other
   */
  public AdminCommand timeoutMs(long time) {
    timeoutMs = time;
    return this;
  }

  public int opcode() {
    return opcode;
  }

  /** What opcode bits 1:0 say: data go to the controller. */
  boolean sendsData() {
    return (opcode & 0b11) == 0b01;
  }

  /** What opcode bits 1:0 say: data come from the controller. */
  boolean receivesData() {
    return (opcode & 0b11) == 0b10;
  }

  long timeoutMs() {
    return timeoutMs;
  }

  void putInto(NvmeRequest request) {
    request.command(opcode, nsid);
    request.cdw10and11(pair(0));
    request.cdw12and13(pair(2));
    request.cdw14and15(pair(4));
  }

  private long pair(int index) {
    return (long) dwords[index + 1] << 32 | (dwords[index] & 0xffffffffL);
  }
}

package io.vireo.nvme.spec;

import io.vireo.linux.Mem;
import java.nio.charset.StandardCharsets;

/**
 * The identify controller data, decoded once (Base 5.17.2.1, figure 275).
 *
 * @param vendorId VID
 * @param serialNumber SN, without the padding
 * @param modelNumber MN
 * @param firmwareRevision FR
 * @param mdts largest transfer as a power of two of CAP.MPSMIN pages; 0: no limit
 * @param controllerId CNTLID
 * @param version VER, as {@link Registers#version} reads it
 * @param oacs optional admin commands
 * @param abortLimit ACL: how many aborts may be in flight
 * @param asyncEventLimit AERL: how many event requests may be in flight
 * @param sqes SQES: least (3:0) and largest (7:4) submission entry as powers of two
 * @param cqes CQES: the same for completion entries
 * @param namespaces NN: the largest namespace id
 * @param oncs optional NVM commands
 * @param volatileWriteCache VWC bit 0
 * @param sgls SGL support
 * @param subsystemName SUBNQN
 */
public record IdentifyController(
    int vendorId,
    String serialNumber,
    String modelNumber,
    String firmwareRevision,
    int mdts,
    int controllerId,
    int version,
    int oacs,
    int abortLimit,
    int asyncEventLimit,
    int sqes,
    int cqes,
    long namespaces,
    int oncs,
    boolean volatileWriteCache,
    int sgls,
    String subsystemName) {
  static final int VID = 0;
  static final int SN = 4;
  static final int MN = 24;
  static final int FR = 64;
  static final int MDTS = 77;
  static final int CNTLID = 78;
  static final int VER = 80;
  static final int OACS = 256;
  static final int ACL = 258;
  static final int AERL = 259;
  static final int SQES = 512;
  static final int CQES = 513;
  static final int NN = 516;
  static final int ONCS = 520;
  static final int VWC = 525;
  static final int SGLS = 536;
  static final int SUBNQN = 768;

  /** OACS bit 8: shadow doorbells. */
  public static final int OACS_DOORBELL_BUFFER = 1 << 8;

  /** ONCS bits: optional NVM commands. */
  public static final int ONCS_COMPARE = 1;

  public static final int ONCS_DATASET_MANAGEMENT = 1 << 2;
  public static final int ONCS_WRITE_ZEROES = 1 << 3;

  /** Decodes {@link Identify#BYTES} bytes at {@code address}. */
  public static IdentifyController decode(long address) {
    return new IdentifyController(
        u16(address + VID),
        text(address + SN, 20),
        text(address + MN, 40),
        text(address + FR, 8),
        u8(address + MDTS),
        u16(address + CNTLID),
        Mem.getInt(address + VER),
        u16(address + OACS),
        u8(address + ACL) + 1,
        u8(address + AERL) + 1,
        u8(address + SQES),
        u8(address + CQES),
        Mem.getInt(address + NN) & 0xffffffffL,
        u16(address + ONCS),
        (u8(address + VWC) & 1) != 0,
        Mem.getInt(address + SGLS),
        text(address + SUBNQN, 256));
  }

  /**
   * MDTS in bytes, for a controller whose least page is {@code minPageBytes}; {@link
   * Integer#MAX_VALUE} where there is no limit that matters.
   */
  public int maxTransferBytes(int minPageBytes) {
    boolean unlimited = mdts == 0 || mdts >= Integer.numberOfLeadingZeros(minPageBytes);
    return unlimited ? Integer.MAX_VALUE : minPageBytes << mdts;
  }

  /** Whether NVM commands may use SGLs. */
  public boolean sglsSupported() {
    return (sgls & 0b11) == 0b01 || (sgls & 0b11) == 0b10;
  }

  /** What data addresses and lengths in an SGL are multiples of. */
  public int sglAlignmentBytes() {
    return (sgls & 0b11) == 0b10 ? Integer.BYTES : 1;
  }

  private static int u8(long address) {
    return Mem.getByte(address) & 0xff;
  }

  private static int u16(long address) {
    return Mem.getShort(address) & 0xffff;
  }

  /** Text up to the first zero, without the spaces that pad it; other bytes than ASCII as '?'. */
  private static String text(long address, int bytes) {
    byte[] raw = new byte[bytes];
    Mem.copy(address, raw, 0, bytes);
    int length = 0;
    while (length < bytes && raw[length] != 0) {
      raw[length] = raw[length] < ' ' || raw[length] == 0x7f ? (byte) '?' : raw[length];
      length++;
    }
    return new String(raw, 0, length, StandardCharsets.US_ASCII).strip();
  }
}

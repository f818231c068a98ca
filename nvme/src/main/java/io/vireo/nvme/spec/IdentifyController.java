package io.vireo.nvme.spec;

import java.math.BigInteger;

/**
 * The identify controller data (Base 5.17.2.1, figure 275), as they were read once. Limits are as
 * the controller tells them, in the unit that the name says; what the driver makes of nonsense is
 * the driver's business.
 */
public final class IdentifyController {
  static final int VID = 0;
  static final int SSVID = 2;
  static final int SN = 4;
  static final int MN = 24;
  static final int FR = 64;
  static final int MDTS = 77;
  static final int CNTLID = 78;
  static final int VER = 80;
  static final int RTD3E = 88;
  static final int OAES = 92;
  static final int CNTRLTYPE = 111;
  static final int CRDT1 = 128;
  static final int OACS = 256;
  static final int ACL = 258;
  static final int AERL = 259;
  static final int FRMW = 260;
  static final int LPA = 261;
  static final int ELPE = 262;
  static final int WCTEMP = 266;
  static final int CCTEMP = 268;
  static final int MTFA = 270;
  static final int TNVMCAP = 280;
  static final int UNVMCAP = 296;
  static final int EDSTT = 316;
  static final int FWUG = 319;
  static final int KAS = 320;
  static final int SQES = 512;
  static final int CQES = 513;
  static final int NN = 516;
  static final int ONCS = 520;
  static final int FUSES = 522;
  static final int FNA = 524;
  static final int VWC = 525;
  static final int AWUPF = 528;
  static final int ACWU = 532;
  static final int OCFS = 534;
  static final int SGLS = 536;
  static final int SUBNQN = 768;

  private static final int KEEP_ALIVE_UNIT_MS = 100;
  private static final int RETRY_UNIT_MS = 100;
  private static final int ACTIVATION_UNIT_MS = 100;
  private static final int NO_GRANULARITY = 0xff;

  private final Snapshot data;

  private IdentifyController(Snapshot data) {
    this.data = data;
  }

  /** Copies {@link Identify#BYTES} bytes at {@code address}. */
  public static IdentifyController decode(long address) {
    return new IdentifyController(new Snapshot(address, Identify.BYTES));
  }

  /** VID: the PCI vendor. */
  public int vendorId() {
    return data.u16(VID);
  }

  /** SSVID: the PCI subsystem's vendor. */
  public int subsystemVendorId() {
    return data.u16(SSVID);
  }

  /** SN, without the padding. */
  public String serialNumber() {
    return data.text(SN, 20);
  }

  /** MN, without the padding. */
  public String modelNumber() {
    return data.text(MN, 40);
  }

  /** FR: the firmware that is running. */
  public String firmwareRevision() {
    return data.text(FR, 8);
  }

  /** MDTS: largest transfer as a power of two of CAP.MPSMIN pages; 0: no limit. */
  public int mdts() {
    return data.u8(MDTS);
  }

  /** CNTLID. */
  public int controllerId() {
    return data.u16(CNTLID);
  }

  /** VER, as {@link Registers#version} reads it; 0 before 1.2. */
  public int version() {
    return data.s32(VER);
  }

  /** RTD3E: how long an orderly shutdown takes at most, in microseconds; 0: not told. */
  public long shutdownMicros() {
    return data.u32(RTD3E);
  }

  /** OAES: the events that feature 0Bh may switch on. */
  public int optionalEvents() {
    return data.s32(OAES);
  }

  /** CNTRLTYPE: 0 not told, 1 I/O, 2 discovery, 3 administrative. */
  public int controllerType() {
    return data.u8(CNTRLTYPE);
  }

  /** CRDT1 to CRDT3: what CRD in a status means in milliseconds; 0 when it means nothing. */
  public int retryDelayMs(int status) {
    int which = NvmeStatus.retryDelay(status);
    return which == 0 ? 0 : RETRY_UNIT_MS * data.u16(CRDT1 + (which - 1) * Short.BYTES);
  }

  /** CRDT1: the controller knows retry delays. */
  public boolean tellsRetryDelays() {
    return data.u16(CRDT1) != 0;
  }

  /** OACS: optional admin commands, bits of {@link Capabilities}. */
  public int oacs() {
    return data.u16(OACS);
  }

  /** ACL: how many aborts may be in flight. */
  public int abortLimit() {
    return data.u8(ACL) + 1;
  }

  /** AERL: how many event requests may be in flight. */
  public int asyncEventLimit() {
    return data.u8(AERL) + 1;
  }

  /** FRMW 3:1: firmware slots, 1 to 7. */
  public int firmwareSlots() {
    return data.u8(FRMW) >>> 1 & 0b111;
  }

  /** FRMW bit 0: slot 1 cannot be written. */
  public boolean firstSlotReadOnly() {
    return (data.u8(FRMW) & 1) != 0;
  }

  /** FRMW bit 4: firmware may be activated without a reset. */
  public boolean activatesWithoutReset() {
    return (data.u8(FRMW) & 1 << 4) != 0;
  }

  /** LPA: log page attributes, bits of {@link Capabilities}. */
  public int logPageAttributes() {
    return data.u8(LPA);
  }

  /** ELPE: entries of the error log. */
  public int errorLogEntries() {
    return data.u8(ELPE) + 1;
  }

  /** WCTEMP: from which composite temperature on it warns, in kelvin; 0: not told. */
  public int warningKelvin() {
    return data.u16(WCTEMP);
  }

  /** CCTEMP: from which composite temperature on it may stop, in kelvin; 0: not told. */
  public int criticalKelvin() {
    return data.u16(CCTEMP);
  }

  /** MTFA: how long an activation without a reset stops commands; 0: not told. */
  public long activationMs() {
    return (long) ACTIVATION_UNIT_MS * data.u16(MTFA);
  }

  /** TNVMCAP: bytes of all media. */
  public BigInteger totalBytes() {
    return data.u128(TNVMCAP);
  }

  /** UNVMCAP: bytes of media that no namespace has. */
  public BigInteger unallocatedBytes() {
    return data.u128(UNVMCAP);
  }

  /** EDSTT: how long an extended self-test takes. */
  public int extendedSelfTestMinutes() {
    return data.u16(EDSTT);
  }

  /** FWUG: pieces of an image are multiples of that; 0: of any four bytes. */
  public int firmwareGranularityBytes() {
    int unit = data.u8(FWUG);
    return unit == NO_GRANULARITY ? 0 : unit * Identify.BYTES;
  }

  /** KAS: what the keep alive time is rounded to; 0: there is no such timer. */
  public int keepAliveUnitMs() {
    return KEEP_ALIVE_UNIT_MS * data.u16(KAS);
  }

  /** SQES: least (3:0) and largest (7:4) submission entry as powers of two. */
  public int sqes() {
    return data.u8(SQES);
  }

  /** CQES: the same for completion entries. */
  public int cqes() {
    return data.u8(CQES);
  }

  /** NN: the largest namespace id. */
  public long namespaces() {
    return data.u32(NN);
  }

  /** ONCS: optional NVM commands, bits of {@link Capabilities}. */
  public int oncs() {
    return data.u16(ONCS);
  }

  /** FUSES bit 0: compare and write as one. */
  public boolean fusedCompareAndWrite() {
    return (data.u16(FUSES) & 1) != 0;
  }

  /**
   * FNA: format of all namespaces at once (0), erase of all (1), crypto erase (2), no FFFFFFFFh.
   */
  public int formatAttributes() {
    return data.u8(FNA);
  }

  /** VWC bit 0: there is a volatile write cache, and a flush is of use. */
  public boolean volatileWriteCache() {
    return (data.u8(VWC) & 1) != 0;
  }

  /** AWUPF: blocks that are written as one even when the power fails. */
  public int powerFailAtomicBlocks() {
    return data.u16(AWUPF) + 1;
  }

  /** ACWU: blocks of a fused compare and write. */
  public int compareAndWriteBlocks() {
    return data.u16(ACWU) + 1;
  }

  /** OCFS: formats of the copy command, a bit each. */
  public int copyFormats() {
    return data.u16(OCFS);
  }

  /** SGLS: SGL support. */
  public int sgls() {
    return data.s32(SGLS);
  }

  /** SUBNQN. */
  public String subsystemName() {
    return data.text(SUBNQN, 256);
  }

  /**
   * MDTS in bytes, for a controller whose least page is {@code minPageBytes}; {@link
   * Integer#MAX_VALUE} where there is no limit that matters.
   */
  public int maxTransferBytes(int minPageBytes) {
    int mdts = mdts();
    boolean unlimited = mdts == 0 || mdts >= Integer.numberOfLeadingZeros(minPageBytes);
    return unlimited ? Integer.MAX_VALUE : minPageBytes << mdts;
  }

  /** Whether NVM commands may use SGLs. */
  public boolean sglsSupported() {
    return (sgls() & 0b11) == 0b01 || (sgls() & 0b11) == 0b10;
  }

  /** What data addresses and lengths in an SGL are multiples of. */
  public int sglAlignmentBytes() {
    return (sgls() & 0b11) == 0b10 ? Integer.BYTES : 1;
  }
}

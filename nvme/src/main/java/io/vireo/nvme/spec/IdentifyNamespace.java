package io.vireo.nvme.spec;

import java.math.BigInteger;

/**
 * The identify namespace data of the NVM command set (NVM 4.1.5.1, figure 97), as they were read
 * once. What each command needs is decoded already.
 */
public final class IdentifyNamespace {
  static final int NSZE = 0;
  static final int NCAP = 8;
  static final int NUSE = 16;
  static final int NSFEAT = 24;
  static final int NLBAF = 25;
  static final int FLBAS = 26;
  static final int MC = 27;
  static final int DPC = 28;
  static final int DPS = 29;
  static final int NMIC = 30;
  static final int RESCAP = 31;
  static final int DLFEAT = 33;
  static final int NAWUPF = 36;
  static final int NACWU = 38;
  static final int NOIOB = 46;
  static final int NVMCAP = 48;
  static final int NPWG = 64;
  static final int MSSRL = 74;
  static final int MCL = 76;
  static final int MSRC = 80;
  static final int NSATTR = 99;
  static final int NGUID = 104;
  static final int EUI64 = 120;
  static final int LBAF0 = 128;

  /** The most block formats there can be. */
  private static final int MAX_FORMATS = 64;

  private static final int NGUID_BYTES = 16;
  private static final int EUI64_BYTES = 8;
  private static final int FORMATS_OF_FOUR_BITS = 16;
  private static final int OWN_ATOMIC_UNITS = 1 << 1;

  private final Snapshot data;
  private final long sizeBlocks;
  private final LbaFormat format;

  private IdentifyNamespace(Snapshot data) {
    this.data = data;
    this.sizeBlocks = data.s64(NSZE);
    this.format = format(formatIndex());
  }

  /** Copies {@link Identify#BYTES} bytes at {@code address}. */
  public static IdentifyNamespace decode(long address) {
    return new IdentifyNamespace(new Snapshot(address, Identify.BYTES));
  }

  /** NSZE; 0: there is no such namespace, or it is not active. */
  public long sizeBlocks() {
    return sizeBlocks;
  }

  /** NCAP: how many blocks may be in use at once. */
  public long capacityBlocks() {
    return data.s64(NCAP);
  }

  /** NUSE. */
  public long usedBlocks() {
    return data.s64(NUSE);
  }

  /** NLBAF: how many formats there are, at most 64. */
  public int formats() {
    return Math.min(data.u8(NLBAF) + 1, MAX_FORMATS);
  }

  /** LBAF: format {@code index}, from 0 to 63. */
  public LbaFormat format(int index) {
    return LbaFormat.decode(data.s32(LBAF0 + index * LbaFormat.BYTES));
  }

  /** FLBAS 6:5 and 3:0: the format in use. */
  public int formatIndex() {
    int flbas = data.u8(FLBAS);
    int upper = formats() > FORMATS_OF_FOUR_BITS ? flbas >>> 5 & 0b11 : 0;
    return upper << 4 | (flbas & 0xf);
  }

  /** LBADS of the format in use: a block's bytes as a power of two. */
  public int blockShift() {
    return format.blockShift();
  }

  /** MS of the format in use. */
  public int metadataBytes() {
    return format.metadataBytes();
  }

  /** FLBAS bit 4: metadata follow each block's data in the same buffer. */
  public boolean extendedLba() {
    return (data.u8(FLBAS) & 1 << 4) != 0;
  }

  /** MC: metadata behind each block (0), in a buffer of their own (1). */
  public int metadataCapabilities() {
    return data.u8(MC);
  }

  /** DPC: types 1 to 3 of protection information (2:0), at the metadata's start (3), end (4). */
  public int protectionCapabilities() {
    return data.u8(DPC);
  }

  /** DPS: type of protection information in use (2:0), at the metadata's start (3). */
  public int protection() {
    return data.u8(DPS);
  }

  /** NMIC bit 0: other controllers may have it too. */
  public boolean shared() {
    return (data.u8(NMIC) & 1) != 0;
  }

  /** RESCAP: reservations. */
  public int reservationCapabilities() {
    return data.u8(RESCAP);
  }

  /** NSFEAT bit 0: fewer blocks than its size may be in use. */
  public boolean thinProvisioned() {
    return (data.u8(NSFEAT) & 1) != 0;
  }

  /** DLFEAT 2:0: what a deallocated block reads as: 0 not told, 1 zeroes, 2 ones. */
  public int deallocatedReads() {
    return data.u8(DLFEAT) & 0b111;
  }

  /** NAWUPF: blocks written as one even when the power fails; 0: as the controller tells. */
  public int powerFailAtomicBlocks() {
    return (data.u8(NSFEAT) & OWN_ATOMIC_UNITS) == 0 ? 0 : data.u16(NAWUPF) + 1;
  }

  /** NACWU: blocks of a fused compare and write; 0: as the controller tells. */
  public int compareAndWriteBlocks() {
    return (data.u8(NSFEAT) & OWN_ATOMIC_UNITS) == 0 ? 0 : data.u16(NACWU) + 1;
  }

  /** NOIOB: no command should cross a multiple of it; 0: none. */
  public int optimalBoundaryBlocks() {
    return data.u16(NOIOB);
  }

  /** NVMCAP: bytes of media that it takes. */
  public BigInteger mediaBytes() {
    return data.u128(NVMCAP);
  }

  /** NPWG: what writes should be multiples of; 1 where the controller does not tell. */
  public int preferredWriteBlocks() {
    return (data.u8(NSFEAT) & 1 << 4) == 0 ? 1 : data.u16(NPWG) + 1;
  }

  /** MSSRL: the most blocks of one source range of a copy. */
  public int copyRangeBlocks() {
    return data.u16(MSSRL);
  }

  /** MCL: the most blocks of a copy. */
  public long copyBlocks() {
    return data.u32(MCL);
  }

  /** MSRC: the most source ranges of a copy. */
  public int copyRanges() {
    return data.u8(MSRC) + 1;
  }

  /** NSATTR bit 0. */
  public boolean writeProtected() {
    return (data.u8(NSATTR) & 1) != 0;
  }

  /** NGUID, as 16 bytes in hex; all zero: none. */
  public String nguid() {
    return data.hex(NGUID, NGUID_BYTES);
  }

  /** EUI64, as 8 bytes in hex; all zero: none. */
  public String eui64() {
    return data.hex(EUI64, EUI64_BYTES);
  }
}

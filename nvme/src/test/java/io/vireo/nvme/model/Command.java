package io.vireo.nvme.model;

/**
 * A command as the controller fetched it.
 *
 * @param sqId the submission queue that it came by
 * @param sqHead where that queue's head was after fetching it
 */
public record Command(
    int sqId,
    int sqHead,
    int opcode,
    int fuse,
    int psdt,
    int commandId,
    int nsid,
    long mptr,
    long dptr1,
    long dptr2,
    int cdw10,
    int cdw11,
    int cdw12,
    int cdw13,
    int cdw14,
    int cdw15) {
  static Command fetch(HostView host, long sqe, int sqId, int sqHead) {
    int cdw0 = host.getInt(sqe);
    return new Command(
        sqId,
        sqHead,
        cdw0 & 0xff,
        cdw0 >>> 8 & 0b11,
        cdw0 >>> 14 & 0b11,
        cdw0 >>> 16,
        host.getInt(sqe + 4),
        host.getLong(sqe + 16),
        host.getLong(sqe + 24),
        host.getLong(sqe + 32),
        host.getInt(sqe + 40),
        host.getInt(sqe + 44),
        host.getInt(sqe + 48),
        host.getInt(sqe + 52),
        host.getInt(sqe + 56),
        host.getInt(sqe + 60));
  }

  /** Whether it came by the admin queue. */
  public boolean isAdmin() {
    return sqId == 0;
  }

  /** Whether it came by an I/O queue. */
  public boolean isIo() {
    return sqId != 0;
  }

  /** The first block, of the commands that have one. */
  public long lba() {
    return (long) cdw11 << 32 | (cdw10 & 0xffffffffL);
  }

  /** NLB, counted from 1. */
  public int blocks() {
    return (cdw12 & 0xffff) + 1;
  }

  /** Bits 1:0 of the opcode say that there are no data: their pointers are reserved then. */
  void checkPointers() {
    if ((opcode & 0b11) == 0 && (psdt | mptr | dptr1 | dptr2) != 0) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
  }

  /** An append as the write at {@code lba} that it becomes, with PIREMAP (ZNS 3.4.1). */
  Command remapped(long lba) {
    int reference = (cdw12 & 1 << 25) != 0 ? cdw14 + (int) (lba - lba()) : cdw14;
    return transfer(0x01, lba, cdw12 & ~(1 << 25), reference, cdw15);
  }

  /** What a copy does with the range at {@code at} of its list, as a read (NVM 3.2.2). */
  Command copySource(byte[] list, int at) {
    int prinfor = cdw12 >>> 12 & 0b1111;
    long from = LittleEndian.u64(list, at + 8);
    int count = (int) LittleEndian.u32(list, at + 16) & 0xffff;
    int reference = (int) LittleEndian.u32(list, at + 24);
    int application = (int) LittleEndian.u32(list, at + 28);
    return transfer(0x02, from, prinfor << 26 | count, reference, application);
  }

  /** What it does with what it has read, as a write. */
  Command copyTarget(int count) {
    return transfer(0x01, lba(), (cdw12 & 0b1111 << 26) | (count - 1), cdw14, cdw15);
  }

  private Command transfer(int as, long at, int dword12, int dword14, int dword15) {
    int low = (int) at;
    int high = (int) (at >>> 32);
    return new Command(
        sqId, sqHead, as, 0, psdt, commandId, nsid, mptr, dptr1, dptr2, low, high, dword12, 0,
        dword14, dword15);
  }
}

package io.vireo.nvme.model;

import io.vireo.linux.Mem;
import java.util.function.LongUnaryOperator;

/** The host's memory as the device sees it: through a translation that holds within 4 KiB. */
final class HostView {
  /** What the translation answers where nothing is mapped. */
  static final long UNMAPPED = -1;

  private static final int PAGE = 4096;

  private final LongUnaryOperator hvaOfIova;

  HostView(LongUnaryOperator hvaOfIova) {
    this.hvaOfIova = hvaOfIova;
  }

  private long hva(long iova) {
    long hva = hvaOfIova.applyAsLong(iova);
    if (hva == UNMAPPED) {
      throw new CommandFailure(CommandFailure.DATA_TRANSFER_ERROR);
    }
    return hva;
  }

  int getInt(long iova) {
    return Mem.getInt(hva(iova));
  }

  /** Of an address that is a multiple of 8. */
  long getLong(long iova) {
    return Mem.getLong(hva(iova));
  }

  void putInt(long iova, int value) {
    Mem.putInt(hva(iova), value);
  }

  /** Writes a completion: everything but DW3, then that. */
  void putCompletion(long iova, long result, int dw2, int dw3) {
    long cqe = hva(iova);
    Mem.putLong(cqe, result);
    Mem.putInt(cqe + 8, dw2);
    Mem.putIntRelease(cqe + 12, dw3);
  }

  void read(long iova, byte[] into, int index, int bytes) {
    for (int done = 0; done < bytes; ) {
      int run = run(iova + done, bytes - done);
      Mem.copy(hva(iova + done), into, index + done, run);
      done += run;
    }
  }

  void write(long iova, byte[] from, int index, int bytes) {
    for (int done = 0; done < bytes; ) {
      int run = run(iova + done, bytes - done);
      Mem.copy(from, index + done, hva(iova + done), run);
      done += run;
    }
  }

  private static int run(long iova, int bytes) {
    return (int) Math.min(bytes, PAGE - (iova & PAGE - 1));
  }
}

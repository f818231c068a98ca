package io.vireo.nvme.model;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** A controller's reading of a data pointer, for tests of the driver's writing. */
public final class PointerWalk {
  private final DataPointer pointer;

  /**
   * @param hvaOfIova where lists and SGL segments are found
   */
  public PointerWalk(LongUnaryOperator hvaOfIova, int pageBytes) {
    this.pointer = new DataPointer(new HostView(hvaOfIova), pageBytes);
  }

  /** The device's address of each 4 bytes of data that two PRP entries describe. */
  public long[] prpDwords(long prp1, long prp2, int bytes) {
    return dwords(pointer.prps(prp1, prp2, bytes));
  }

  /** The device's address of each 4 bytes of data that an SGL descriptor describes. */
  public long[] sglDwords(long address, long lengthAndType, int bytes) {
    return dwords(pointer.sgl(address, lengthAndType, bytes));
  }

  private static long[] dwords(List<DataPointer.Extent> extents) {
    long[] all = new long[extents.stream().mapToInt(e -> e.bytes() / 4).sum()];
    int count = 0;
    for (DataPointer.Extent extent : extents) {
      for (int offset = 0; offset < extent.bytes(); offset += 4) {
        all[count++] = extent.iova() + offset;
      }
    }
    return Arrays.copyOf(all, count);
  }
}

package io.vireo.nvme;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a namespace to be made shall be like (NVM 4.1.6, figure 104).
 *
 * @param sizeBlocks NSZE
 * @param capacityBlocks NCAP, at most the size; less of it is thin provisioning
 * @param format which of the controller's block formats
 * @param protection DPS
 * @param shared NMIC bit 0: it may be attached to several controllers
 */
public record NewNamespace(
    long sizeBlocks, long capacityBlocks, int format, int protection, boolean shared) {
  static final int BYTES = 4096;
  static final int NSZE = 0;
  static final int NCAP = 8;
  static final int FLBAS = 26;
  static final int DPS = 29;
  static final int NMIC = 30;

  private static final int MAX_FORMAT = 63;

  public NewNamespace {
    if (sizeBlocks <= 0 || capacityBlocks <= 0 || capacityBlocks > sizeBlocks) {
      throw new NvmeException(
          "namespace of %d blocks cannot have a capacity of %d"
              .formatted(sizeBlocks, capacityBlocks));
    }
    if (format < 0 || format > MAX_FORMAT) {
      throw new NvmeException("block format %d is not from 0 to %d".formatted(format, MAX_FORMAT));
    }
  }

  /** A namespace of so many blocks, all of which can be used. */
  public static NewNamespace of(long blocks, int format) {
    return new NewNamespace(blocks, blocks, format, 0, false);
  }

  byte[] encode() {
    byte[] data = new byte[BYTES];
    ByteBuffer.wrap(data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(NSZE, sizeBlocks)
        .putLong(NCAP, capacityBlocks)
        .put(FLBAS, (byte) ((format & 0x30) << 1 | (format & 0xf)))
        .put(DPS, (byte) protection)
        .put(NMIC, (byte) (shared ? 1 : 0));
    return data;
  }
}

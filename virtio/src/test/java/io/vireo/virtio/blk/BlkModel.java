package io.vireo.virtio.blk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A block device as simple as can be: a byte array, and requests as two byte strings, what the
 * device can read and what it can write. Knows nothing of descriptors or bdevs.
 */
final class BlkModel {
  /** How a request ended: its status, what the used ring tells, and the writable bytes. */
  static final class Answer {
    final int status;
    final long used;
    final byte[] writable;

    private Answer(int status, long used, byte[] writable) {
      this.status = status;
      this.used = used;
      this.writable = writable;
    }
  }

  final byte[] disk;
  private final byte[] id;

  BlkModel(int bytes, byte[] id) {
    disk = new byte[bytes];
    this.id = id;
  }

  /** Executes a request; {@code writable} is what the writable part holds before. */
  Answer execute(byte[] readable, byte[] writable) {
    byte[] after = writable.clone();
    int status = BlkStatus.IOERR;
    int data = writable.length - 1;
    int filled = 0;
    if (readable.length >= BlkHeader.BYTES) {
      ByteBuffer header = ByteBuffer.wrap(readable).order(ByteOrder.LITTLE_ENDIAN);
      long sector = header.getLong(BlkHeader.SECTOR);
      byte[] payload = Arrays.copyOfRange(readable, BlkHeader.BYTES, readable.length);
      switch (header.getInt(BlkHeader.TYPE)) {
        case BlkType.IN -> {
          if (payload.length == 0 && inside(sector, data)) {
            System.arraycopy(disk, (int) (sector * 512), after, 0, data);
            filled = data;
            status = BlkStatus.OK;
          }
        }
        case BlkType.OUT -> {
          if (data == 0 && inside(sector, payload.length)) {
            System.arraycopy(payload, 0, disk, (int) (sector * 512), payload.length);
            status = BlkStatus.OK;
          }
        }
        case BlkType.FLUSH, BlkType.FLUSH_OUT -> status = BlkStatus.OK;
        case BlkType.GET_ID -> {
          filled = Math.min(data, id.length);
          System.arraycopy(id, 0, after, 0, filled);
          status = BlkStatus.OK;
        }
        case BlkType.DISCARD -> status = data == 0 ? ranges(payload, 0) : BlkStatus.IOERR;
        case BlkType.WRITE_ZEROES -> status = data == 0 ? ranges(payload, 1) : BlkStatus.IOERR;
        default -> status = BlkStatus.UNSUPP;
      }
    }
    after[data] = (byte) status;
    return new Answer(status, filled == data ? filled + 1L : filled, after);
  }

  private int ranges(byte[] payload, int allowedFlags) {
    if (payload.length == 0 || payload.length % 16 != 0 || payload.length > 256 * 16) {
      return BlkStatus.IOERR;
    }
    ByteBuffer ranges = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < payload.length; at += 16) {
      if ((ranges.getInt(at + 12) & ~allowedFlags) != 0) {
        return BlkStatus.UNSUPP;
      }
    }
    for (int at = 0; at < payload.length; at += 16) {
      int sectors = ranges.getInt(at + 8);
      if (sectors < 0 || sectors > BlkLimits.MAX_RANGE_SECTORS || ranges.getLong(at) >>> 54 != 0) {
        return BlkStatus.IOERR;
      }
    }
    for (int at = 0; at < payload.length; at += 16) {
      long sector = ranges.getLong(at);
      long bytes = ranges.getInt(at + 8) * 512L;
      if (!inside(sector, bytes)) {
        return BlkStatus.IOERR;
      }
      Arrays.fill(disk, (int) (sector * 512), (int) (sector * 512 + bytes), (byte) 0);
    }
    return BlkStatus.OK;
  }

  private boolean inside(long sector, long bytes) {
    long sectors = disk.length / 512;
    return bytes % 512 == 0
        && sector >= 0
        && sector <= sectors - bytes / 512
        && bytes / 512 <= sectors;
  }
}

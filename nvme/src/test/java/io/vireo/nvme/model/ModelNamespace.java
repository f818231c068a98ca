package io.vireo.nvme.model;

import java.util.Arrays;

/** A namespace: its blocks, and what the commands of the NVM command set do with them (NVM 3). */
public final class ModelNamespace {
  private static final int READ = 2;
  private static final int WRITE = 1;
  private static final int FLUSH = 0;
  private static final int COMPARE = 5;
  private static final int WRITE_ZEROES = 8;
  private static final int DSM = 9;

  private final ModelFormat format;
  private final int blockShift;
  private final byte[] data;
  private int flushes;

  ModelNamespace(ModelFormat format, int blockShift, int blocks) {
    this.format = format;
    this.blockShift = blockShift;
    this.data = new byte[blocks << blockShift];
  }

  int execute(Command command, DataPointer pointer, int maxBytes) {
    switch (command.opcode()) {
      case FLUSH -> flushes++;
      case READ -> {
        int at = offset(command.lba(), command.blocks());
        pointer.store(command, Arrays.copyOfRange(data, at, at + length(command, maxBytes)));
      }
      case WRITE -> {
        int at = offset(command.lba(), command.blocks());
        byte[] written = pointer.fetch(command, length(command, maxBytes));
        System.arraycopy(written, 0, data, at, written.length);
      }
      case COMPARE -> {
        int at = offset(command.lba(), command.blocks());
        int bytes = length(command, maxBytes);
        if (!Arrays.equals(
            pointer.fetch(command, bytes), Arrays.copyOfRange(data, at, at + bytes))) {
          throw new CommandFailure(CommandFailure.COMPARE_FAILURE);
        }
      }
      case WRITE_ZEROES -> zero(command.lba(), command.blocks());
      case DSM -> manage(command, pointer);
      default -> throw new CommandFailure(CommandFailure.INVALID_OPCODE);
    }
    return 0;
  }

  private int length(Command command, int maxBytes) {
    int bytes = command.blocks() << blockShift;
    if (maxBytes > 0 && bytes > maxBytes) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    return bytes;
  }

  private int offset(long lba, long blocks) {
    long all = data.length >> blockShift;
    if (Long.compareUnsigned(lba, all) > 0 || blocks > all - lba) {
      throw new CommandFailure(CommandFailure.LBA_OUT_OF_RANGE);
    }
    return (int) lba << blockShift;
  }

  private void zero(long lba, long blocks) {
    int at = offset(lba, blocks);
    Arrays.fill(data, at, at + ((int) blocks << blockShift), (byte) 0);
  }

  private void manage(Command command, DataPointer pointer) {
    int ranges = (command.cdw10() & 0xff) + 1;
    byte[] list = pointer.fetch(command, ranges * 16);
    if ((command.cdw11() & 1 << 2) == 0) {
      return; // hints
    }
    for (int i = 0; i < ranges; i++) {
      zero(LittleEndian.u64(list, i * 16 + 8), LittleEndian.u32(list, i * 16 + 4));
    }
  }

  /** What lies on it; the test may look and change. */
  public byte[] data() {
    return data;
  }

  /** How many flushes it got. */
  public int flushes() {
    return flushes;
  }

  ModelFormat format() {
    return format;
  }

  int blockShift() {
    return blockShift;
  }

  int blocks() {
    return data.length >> blockShift;
  }
}

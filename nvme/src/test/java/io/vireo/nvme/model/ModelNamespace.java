package io.vireo.nvme.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A namespace: its blocks, and what the commands of the NVM command set (NVM 3) and of zones (ZNS
 * 3) do with them.
 */
public final class ModelNamespace {
  /** The most blocks and ranges of a copy. */
  static final int COPY_BLOCKS = 100;

  static final int COPY_RANGE_BLOCKS = 40;
  static final int COPY_RANGES = 5;

  private static final int PRACT = 1 << 29;
  private static final int CHECKS = 0b111 << 26;

  private final ModelFormat format;
  private final ModelProtection protection; // null: none
  private final ModelZones zones; // null: none
  private final int blockShift;
  private final byte[] data;
  private final byte[] metadata;
  private final BitSet uncorrectable = new BitSet();
  private int flushes;

  ModelNamespace(ModelFormat format, int blockShift, int blocks) {
    this.format = format;
    this.protection = (format.protection() & 7) == 0 ? null : new ModelProtection(format);
    this.zones = format.zoneBlocks() == 0 ? null : new ModelZones(format.zoneBlocks(), blocks);
    this.blockShift = blockShift;
    this.data = new byte[blocks << blockShift];
    this.metadata = new byte[blocks * format.metadataBytes()];
    if (protection != null) {
      Arrays.fill(metadata, (byte) 0xff); // not checked, as formatted (NVM 5.2.1.4)
    }
  }

  /** Takes over what lies on another, as far as there is room. */
  void takeOver(ModelNamespace other) {
    System.arraycopy(other.data, 0, data, 0, Math.min(data.length, other.data.length));
    System.arraycopy(
        other.metadata, 0, metadata, 0, Math.min(metadata.length, other.metadata.length));
  }

  long execute(Command command, DataPointer pointer, int maxBytes) {
    command.checkPointers();
    switch (command.opcode()) {
      case 0x00 -> flushes++;
      case 0x01 -> write(command, command.lba(), pointer, maxBytes);
      case 0x02 -> read(command, pointer, maxBytes);
      case 0x04 -> {
        offset(command.lba(), command.blocks());
        uncorrectable.set((int) command.lba(), (int) command.lba() + command.blocks());
      }
      case 0x05 -> {
        ModelProtection.refuse(command, protection, PRACT);
        compare(command, pointer, maxBytes);
      }
      case 0x08 -> {
        ModelProtection.refuse(command, protection, ModelProtection.CHECKS);
        zero(command.lba(), command.blocks());
      }
      case 0x09 -> manage(command, pointer);
      case 0x0c -> {
        ModelProtection.refuse(command, protection, PRACT);
        checkReadable(command);
      }
      case 0x19 -> copy(command, pointer);
      case 0x79 -> {
        for (long zone : zones().manage(command)) {
          zero(zone, format.zoneBlocks());
        }
      }
      case 0x7a ->
          pointer.store(command, zones().report(command, (command.cdw12() + 1) * Integer.BYTES));
      case 0x7d -> {
        long lba = zones().appendPoint(command.lba());
        write(protection == null ? command : command.remapped(lba), lba, pointer, maxBytes);
        return lba;
      }
      default -> throw new CommandFailure(CommandFailure.INVALID_OPCODE);
    }
    return 0;
  }

  private ModelZones zones() {
    if (zones == null) {
      throw new CommandFailure(CommandFailure.INVALID_OPCODE);
    }
    return zones;
  }

  /** Whether metadata are transferred: with PRACT the controller keeps 8 bytes for itself. */
  private boolean movesMetadata(Command command) {
    boolean action = protection != null && (command.cdw12() & PRACT) != 0;
    return format.metadataBytes() > 0 && !(action && format.metadataBytes() == 8);
  }

  private void write(Command command, long lba, DataPointer pointer, int maxBytes) {
    offset(lba, command.blocks());
    place(command, lba, fetch(command, pointer, maxBytes));
  }

  /** Writes data and metadata of each block. */
  private void place(Command command, long lba, byte[][] blocks) {
    int at = offset(lba, command.blocks());
    for (int i = 0; i < command.blocks(); i++) {
      if (protection != null && (command.cdw12() & PRACT) != 0) {
        protection.make(command, i, blocks[2 * i], blocks[2 * i + 1]);
      } else if (protection != null) {
        protection.check(command, i, blocks[2 * i], blocks[2 * i + 1]);
      }
    }
    if (zones != null) {
      zones.write(lba, command.blocks());
    }
    int unit = format.metadataBytes();
    for (int i = 0; i < command.blocks(); i++) {
      System.arraycopy(blocks[2 * i], 0, data, at + (i << blockShift), 1 << blockShift);
      System.arraycopy(blocks[2 * i + 1], 0, metadata, ((int) lba + i) * unit, unit);
    }
    uncorrectable.clear((int) lba, (int) lba + command.blocks());
  }

  /** Data and metadata of each block that a command sends. */
  private byte[][] fetch(Command command, DataPointer pointer, int maxBytes) {
    boolean moves = movesMetadata(command);
    int block = 1 << blockShift;
    int inline = moves && format.extended() ? format.metadataBytes() : 0;
    byte[] sent = pointer.fetch(command, length(command, block + inline, maxBytes));
    byte[] apart = new byte[0];
    if (moves && !format.extended()) {
      apart = pointer.fetchMetadata(command, command.blocks() * format.metadataBytes());
    }
    byte[][] blocks = new byte[2 * command.blocks()][];
    for (int i = 0; i < command.blocks(); i++) {
      int at = i * (block + inline);
      blocks[2 * i] = Arrays.copyOfRange(sent, at, at + block);
      int unit = format.metadataBytes();
      blocks[2 * i + 1] =
          inline > 0
              ? Arrays.copyOfRange(sent, at + block, at + block + inline)
              : apart.length == 0
                  ? new byte[unit]
                  : Arrays.copyOfRange(apart, i * unit, (i + 1) * unit);
    }
    return blocks;
  }

  private void read(Command command, DataPointer pointer, int maxBytes) {
    checkReadable(command);
    boolean moves = movesMetadata(command);
    int block = 1 << blockShift;
    int unit = format.metadataBytes();
    int inline = moves && format.extended() ? unit : 0;
    byte[] sent = new byte[length(command, block + inline, maxBytes)];
    int first = (int) command.lba();
    for (int i = 0; i < command.blocks(); i++) {
      System.arraycopy(data, (first + i) << blockShift, sent, i * (block + inline), block);
      System.arraycopy(metadata, (first + i) * unit, sent, i * (block + inline) + block, inline);
    }
    pointer.store(command, sent);
    if (moves && !format.extended()) {
      pointer.storeMetadata(
          command, Arrays.copyOfRange(metadata, first * unit, (first + command.blocks()) * unit));
    }
  }

  /** In range, not marked as bad, and with the protection information that is expected. */
  private void checkReadable(Command command) {
    offset(command.lba(), command.blocks());
    int first = (int) command.lba();
    int bad = uncorrectable.nextSetBit(first);
    if (bad >= 0 && bad < first + command.blocks()) {
      throw new CommandFailure(0x281);
    }
    if (protection != null && (command.cdw12() & CHECKS) != 0) {
      int unit = format.metadataBytes();
      for (int i = first; i < first + command.blocks(); i++) {
        protection.check(
            command,
            i - first,
            Arrays.copyOfRange(data, i << blockShift, (i + 1) << blockShift),
            Arrays.copyOfRange(metadata, i * unit, (i + 1) * unit));
      }
    }
  }

  private void compare(Command command, DataPointer pointer, int maxBytes) {
    checkReadable(command);
    int at = offset(command.lba(), command.blocks());
    byte[][] blocks = fetch(command, pointer, maxBytes);
    for (int i = 0; i < command.blocks(); i++) {
      int from = at + (i << blockShift);
      if (Arrays.mismatch(blocks[2 * i], 0, 1 << blockShift, data, from, from + (1 << blockShift))
          >= 0) {
        throw new CommandFailure(CommandFailure.COMPARE_FAILURE);
      }
    }
  }

  private static int length(Command command, int unit, int maxBytes) {
    int bytes = command.blocks() * unit;
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
    int unit = format.metadataBytes();
    byte filling = protection == null ? 0 : (byte) 0xff;
    Arrays.fill(metadata, (int) lba * unit, (int) (lba + blocks) * unit, filling);
    uncorrectable.clear((int) lba, (int) (lba + blocks));
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

  private void copy(Command command, DataPointer pointer) {
    int ranges = (command.cdw12() & 0xff) + 1;
    byte[] list = pointer.fetch(command, ranges * 32);
    List<byte[]> copied = new ArrayList<>(); // data and metadata of each block
    for (int i = 0; i < ranges; i++) {
      Command source = command.copySource(list, i * 32);
      offset(source.lba(), source.blocks());
      if (source.blocks() > COPY_RANGE_BLOCKS
          || copied.size() / 2 + source.blocks() > COPY_BLOCKS
          || ranges > COPY_RANGES) {
        throw new CommandFailure(CommandFailure.DNR | 0x183); // command size limit exceeded
      }
      checkReadable(source);
      for (int block = (int) source.lba(); block < source.lba() + source.blocks(); block++) {
        copied.add(Arrays.copyOfRange(data, block << blockShift, (block + 1) << blockShift));
        int unit = format.metadataBytes();
        byte[] beside = Arrays.copyOfRange(metadata, block * unit, (block + 1) * unit);
        copied.add(movesMetadata(source) ? beside : new byte[unit]);
      }
    }
    place(command.copyTarget(copied.size() / 2), command.lba(), copied.toArray(new byte[0][]));
  }

  /** What lies on it; the test may look and change. */
  public byte[] data() {
    return data;
  }

  /** The metadata of all blocks. */
  public byte[] metadata() {
    return metadata;
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

package io.vireo.nvme.model;

/**
 * Protection information as a controller makes and checks it (NVM 5.2), a bit at a time: nothing of
 * it is the driver's.
 */
final class ModelProtection {
  private static final int INVALID_PROTECTION = CommandFailure.DNR | 0x181;

  /** Bits of command dword 12: PRCHK. */
  static final int CHECKS = 0b111 << 26;

  private final int type;
  private final int offset;

  ModelProtection(ModelFormat format) {
    this.type = format.protection() & 7;
    this.offset = (format.protection() & 8) != 0 ? 0 : format.metadataBytes() - 8;
  }

  /** Where there is protection information, a command does not go with such bits of dword 12. */
  static void refuse(Command command, ModelProtection protection, int bits) {
    if (protection != null && (command.cdw12() & bits) != 0) {
      throw new CommandFailure(INVALID_PROTECTION);
    }
  }

  private static int crc(byte[] bytes, int length, int before) {
    int crc = before;
    for (int i = 0; i < length; i++) {
      for (int bit = 7; bit >= 0; bit--) {
        int in = bytes[i] >> bit & 1;
        int out = crc >> 15 & 1;
        crc = crc << 1 & 0xffff;
        if (in != out) {
          crc ^= 0x8bb7;
        }
      }
    }
    return crc;
  }

  private int reference(Command command, int index) {
    if (type == 1 && command.cdw14() != (int) command.lba()) {
      throw new CommandFailure(INVALID_PROTECTION);
    }
    return type == 3 ? command.cdw14() : command.cdw14() + index;
  }

  private int guard(byte[] data, byte[] metadata) {
    return crc(metadata, offset, crc(data, data.length, 0));
  }

  void make(Command command, int index, byte[] data, byte[] metadata) {
    put(metadata, offset, guard(data, metadata), 2);
    put(metadata, offset + 2, command.cdw15() & 0xffff, 2);
    put(metadata, offset + 4, reference(command, index), 4);
  }

  void check(Command command, int index, byte[] data, byte[] metadata) {
    int application = (int) get(metadata, offset + 2, 2);
    long reference = get(metadata, offset + 4, 4);
    if (application == 0xffff && (type != 3 || reference == 0xffffffffL)) {
      return;
    }
    if ((command.cdw12() & 1 << 28) != 0 && get(metadata, offset, 2) != guard(data, metadata)) {
      throw new CommandFailure(0x282);
    }
    int mask = command.cdw15() >>> 16;
    if ((command.cdw12() & 1 << 27) != 0
        && (application & mask) != (command.cdw15() & 0xffff & mask)) {
      throw new CommandFailure(0x283);
    }
    if ((command.cdw12() & 1 << 26) != 0
        && type != 3
        && reference != (reference(command, index) & 0xffffffffL)) {
      throw new CommandFailure(0x284);
    }
  }

  private static void put(byte[] into, int at, int value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      into[at + i] = (byte) (value >>> (8 * (bytes - 1 - i)));
    }
  }

  private static long get(byte[] from, int at, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | (from[at + i] & 0xff);
    }
    return value;
  }
}

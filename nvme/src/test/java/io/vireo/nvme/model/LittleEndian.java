package io.vireo.nvme.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Numbers and text in arrays. */
final class LittleEndian {
  private LittleEndian() {}

  private static ByteBuffer of(byte[] data) {
    return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
  }

  static long u64(byte[] data, int at) {
    return of(data).getLong(at);
  }

  static long u32(byte[] data, int at) {
    return of(data).getInt(at) & 0xffffffffL;
  }

  static void put64(byte[] data, int at, long value) {
    of(data).putLong(at, value);
  }

  static void put32(byte[] data, int at, int value) {
    of(data).putInt(at, value);
  }

  static void put16(byte[] data, int at, int value) {
    of(data).putShort(at, (short) value);
  }

  /** Padded with spaces. */
  static void putText(byte[] data, int at, int bytes, String text) {
    Arrays.fill(data, at, at + bytes, (byte) ' ');
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, data, at, ascii.length);
  }
}

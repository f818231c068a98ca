package io.vireo.nvme.spec;

import io.vireo.linux.Mem;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** What a controller wrote, copied once: from then on nothing changes under the reader. */
final class Snapshot {
  private final byte[] bytes;
  private final ByteBuffer numbers;

  /** Copies so many bytes at {@code address}. */
  Snapshot(long address, int length) {
    bytes = new byte[length];
    Mem.copy(address, bytes, 0, length);
    numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  int u8(int at) {
    return bytes[at] & 0xff;
  }

  int u16(int at) {
    return numbers.getShort(at) & 0xffff;
  }

  int s32(int at) {
    return numbers.getInt(at);
  }

  long u32(int at) {
    return numbers.getInt(at) & 0xffffffffL;
  }

  long s64(int at) {
    return numbers.getLong(at);
  }

  /** A counter of 16 bytes. */
  BigInteger u128(int at) {
    byte[] bigEndian = new byte[16];
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[i] = bytes[at + bigEndian.length - 1 - i];
    }
    return new BigInteger(1, bigEndian);
  }

  byte[] bytes(int at, int length) {
    return Arrays.copyOfRange(bytes, at, at + length);
  }

  /** Bytes in their order, as two digits each. */
  String hex(int at, int length) {
    return HexFormat.of().formatHex(bytes, at, at + length);
  }

  /** Text up to the first zero, without the spaces that pad it; other bytes than ASCII as '?'. */
  String text(int at, int length) {
    byte[] raw = bytes(at, length);
    int end = 0;
    while (end < length && raw[end] != 0) {
      raw[end] = raw[end] < ' ' || raw[end] == 0x7f ? (byte) '?' : raw[end];
      end++;
    }
    return new String(raw, 0, end, StandardCharsets.US_ASCII).strip();
  }
}

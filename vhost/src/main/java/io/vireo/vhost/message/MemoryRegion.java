package io.vireo.vhost.message;

import java.nio.ByteBuffer;

/**
 * One region of guest memory (sections "Memory regions description" and "Single memory region
 * description", where eight bytes of padding come before it).
 *
 * <pre>
 *   0               8      16             24            32
 *   +---------------+------+--------------+-------------+
 *   | guest address | size | user address | mmap offset |
 *   +---------------+------+--------------+-------------+
 * </pre>
 *
 * @param gpa guest-physical address
 * @param uva address in the front-end's address space
 * @param fileOffset where the region begins in the file whose descriptor comes along
 */
public record MemoryRegion(long gpa, long bytes, long uva, long fileOffset) {
  public static final int BYTES = 32;
  public static final int SINGLE_BYTES = 8 + BYTES;

  static MemoryRegion decode(ByteBuffer in) {
    return new MemoryRegion(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  static MemoryRegion decodeSingle(ByteBuffer in) {
    in.getLong();
    return decode(in);
  }

  /** The payload of ADD_MEM_REG and REM_MEM_REG. */
  public byte[] encodeSingle() {
    byte[] single = new byte[SINGLE_BYTES];
    encode(Message.over(single).putLong(0));
    return single;
  }

  void encode(ByteBuffer out) {
    out.putLong(gpa).putLong(bytes).putLong(uva).putLong(fileOffset);
  }

  @Override
  public String toString() {
    return "region of %d bytes at guest address 0x%x".formatted(bytes, gpa);
  }
}

package io.vireo.vhost.message;

import java.nio.ByteBuffer;

/**
 * Where the parts of a ring lie in the front-end's address space (section "A vring address
 * description").
 *
 * <pre>
 *   0       4       8            16     24          32    40
 *   +-------+-------+------------+------+-----------+-----+
 *   | index | flags | descriptor | used | available | log |
 *   +-------+-------+------------+------+-----------+-----+
 * </pre>
 *
 * @param flags bit 0 asks to log writes to the used ring; dirty logging is not offered
 * @param logGpa guest address that stands for the used ring in the log
 */
public record VringAddress(
    int index, int flags, long descriptorUva, long usedUva, long availableUva, long logGpa) {
  public static final int BYTES = 40;
  public static final int FLAG_LOG = 1;

  static VringAddress decode(ByteBuffer in) {
    return new VringAddress(
        in.getInt(), in.getInt(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  public byte[] encode() {
    byte[] bytes = new byte[BYTES];
    Message.over(bytes)
        .putInt(index)
        .putInt(flags)
        .putLong(descriptorUva)
        .putLong(usedUva)
        .putLong(availableUva)
        .putLong(logGpa);
    return bytes;
  }
}

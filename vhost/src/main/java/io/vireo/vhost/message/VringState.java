package io.vireo.vhost.message;

import java.nio.ByteBuffer;

/**
 * A ring's index and a number: its size, its base or whether it is enabled (section "A vring state
 * description").
 *
 * <pre>
 *   0       4     8
 *   +-------+-----+
 *   | index | num |
 *   +-------+-----+
 * </pre>
 */
public record VringState(int index, int num) {
  public static final int BYTES = 8;

  static VringState decode(ByteBuffer in) {
    return new VringState(in.getInt(), in.getInt());
  }

  public byte[] encode() {
    byte[] bytes = new byte[BYTES];
    Message.over(bytes).putInt(index).putInt(num);
    return bytes;
  }
}

package io.vireo.vhost.message;

import java.nio.ByteBuffer;

/**
 * A part of the device's configuration space (section "Virtio device config space").
 *
 * <pre>
 *   0        4      8       12
 *   +--------+------+-------+-- ...
 *   | offset | size | flags | size bytes
 *   +--------+------+-------+-- ...
 * </pre>
 *
 * <p>When reading, only the number of bytes counts.
 */
public final class ConfigSpace {
  public static final int HEADER_BYTES = 12;
  public static final int MAX_SIZE = 256;
  public static final int MAX_BYTES = HEADER_BYTES + MAX_SIZE;

  private final int offset;
  private final int flags;
  private final byte[] bytes;

  /**
   * @param offset first byte in the configuration space, unsigned
   * @param flags bit 0: a front-end's live migration, which may write read-only fields too
   */
  public ConfigSpace(int offset, int flags, byte[] bytes) {
    this.offset = offset;
    this.flags = flags;
    this.bytes = bytes.clone();
  }

  /** What GET_CONFIG asks for: the bytes may be missing from the message, or more than asked. */
  static ConfigSpace decodeRead(ByteBuffer in) {
    int offset = in.getInt();
    int size = in.getInt();
    int flags = in.getInt();
    return new ConfigSpace(offset, flags, new byte[checkedSize("GET_CONFIG", size)]);
  }

  /**
   * What SET_CONFIG writes; some front-ends send the whole array, of which the first bytes count.
   */
  static ConfigSpace decodeWrite(ByteBuffer in) {
    int offset = in.getInt();
    int size = checkedSize("SET_CONFIG", in.getInt());
    int flags = in.getInt();
    if (in.remaining() < size) {
      throw violation(
          "SET_CONFIG", "%d bytes came, not the %d announced".formatted(in.remaining(), size));
    }
    byte[] bytes = new byte[size];
    in.get(bytes);
    return new ConfigSpace(offset, flags, bytes);
  }

  public int offset() {
    return offset;
  }

  public int flags() {
    return flags;
  }

  /** How many bytes it has. */
  public int size() {
    return bytes.length;
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  public byte[] encode() {
    byte[] out = new byte[HEADER_BYTES + bytes.length];
    Message.over(out).putInt(offset).putInt(bytes.length).putInt(flags).put(bytes);
    return out;
  }

  private static int checkedSize(String request, int size) {
    if (size < 0 || size > MAX_SIZE) {
      throw violation(
          request, "%s bytes are more than %d".formatted(Integer.toUnsignedString(size), MAX_SIZE));
    }
    return size;
  }

  private static ProtocolException violation(String request, String detail) {
    return new ProtocolException(request, "Virtio device config space", detail);
  }
}

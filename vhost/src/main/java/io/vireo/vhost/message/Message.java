package io.vireo.vhost.message;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One message as it came: header, payload and descriptors. The methods named like a payload decode
 * it; {@link Request#of(Message)} has checked its size before.
 */
public final class Message implements AutoCloseable {
  private final Header header;
  private final byte[] payload;
  private final PassedFds fds;

  Message(Header header, byte[] payload, PassedFds fds) {
    this.header = header;
    this.payload = payload;
    this.fds = fds;
  }

  public Header header() {
    return header;
  }

  public PassedFds fds() {
    return fds;
  }

  /** The payload as it came. */
  public byte[] payload() {
    return payload.clone();
  }

  public long u64() {
    return in().getLong();
  }

  public VringState vringState() {
    return VringState.decode(in());
  }

  public VringAddress vringAddress() {
    return VringAddress.decode(in());
  }

  public VringFd vringFd() {
    return VringFd.of(u64());
  }

  public MemoryTable memoryTable() {
    return MemoryTable.decode(in());
  }

  public MemoryRegion memoryRegion() {
    return MemoryRegion.decodeSingle(in());
  }

  /** What GET_CONFIG asks for. */
  public ConfigSpace configRead() {
    return ConfigSpace.decodeRead(in());
  }

  /** What SET_CONFIG writes. */
  public ConfigSpace configWrite() {
    return ConfigSpace.decodeWrite(in());
  }

  /** The payload that is a single number. */
  public static byte[] encodeU64(long value) {
    byte[] bytes = new byte[Long.BYTES];
    over(bytes).putLong(value);
    return bytes;
  }

  /** Closes the descriptors that nobody took. */
  @Override
  public void close() {
    fds.close();
  }

  /** Reads and writes {@code bytes} in the protocol's byte order. */
  static ByteBuffer over(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer in() {
    return over(payload);
  }
}

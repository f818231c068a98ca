package io.vireo.linux;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** struct sockaddr_un: {@code u16 family}, then a path and its terminating zero, or a name. */
record SocketAddress(long address, long bytes) {
  static final int MAX_NAME_BYTES = 107;

  static SocketAddress of(Path path, Arena arena) {
    byte[] name = bytes(path.toString());
    return of(Arrays.copyOf(name, name.length + 1), arena);
  }

  /**
   * @param name in the abstract space of unix(7), without the zero that it begins with
   */
  static SocketAddress ofAbstract(String name, Arena arena) {
    byte[] bytes = bytes('@' + name);
    bytes[0] = 0;
    return of(bytes, arena);
  }

  private static byte[] bytes(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException(
          "socket path %s has %d bytes, more than %d"
              .formatted(name, bytes.length, MAX_NAME_BYTES));
    }
    return bytes;
  }

  private static SocketAddress of(byte[] name, Arena arena) {
    int bytes = Short.BYTES + name.length;
    long address = arena.allocate(bytes, 8).address();
    Mem.putShort(address, (short) Libc.AF_UNIX);
    Mem.copy(name, 0, address + Short.BYTES, name.length);
    return new SocketAddress(address, bytes);
  }
}

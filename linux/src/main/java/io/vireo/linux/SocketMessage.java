package io.vireo.linux;

import java.lang.foreign.Arena;
import java.util.function.IntConsumer;

/**
 * The memory that sendmsg(2) and recvmsg(2) work on: struct msghdr, one struct iovec, the control
 * buffer and the bytes themselves, one behind the other.
 *
 * <pre>
 *   msghdr:  0 name  8 name bytes  16 iov  24 iov count  32 control  40 control bytes  48 flags
 *   iovec:   0 base  8 bytes
 *   cmsghdr: 0 bytes (this header included)  8 level  12 type  16 descriptors, 4 bytes each
 * </pre>
 */
final class SocketMessage {
  /** No message here is longer. */
  static final int MAX_BYTES = 4096;

  static final int MSG_IOV = 16;
  static final int MSG_IOV_COUNT = 24;
  static final int MSG_CONTROL = 32;
  static final int MSG_CONTROL_BYTES = 40;
  static final int MSGHDR_BYTES = 56;
  static final int IOV_BYTES = 16;
  static final int CMSG_LEVEL = 8;
  static final int CMSG_TYPE = 12;
  static final int CMSGHDR_BYTES = 16;

  private final int maxControlBytes;
  private final long header;
  private final long iov;
  private final long control;
  private final long data;

  SocketMessage(Arena arena, int maxFds) {
    maxControlBytes = align(CMSGHDR_BYTES + maxFds * Integer.BYTES);
    header = arena.allocate(MSGHDR_BYTES + IOV_BYTES + maxControlBytes + MAX_BYTES, 8).address();
    iov = header + MSGHDR_BYTES;
    control = iov + IOV_BYTES;
    data = control + maxControlBytes;
    Mem.putLong(header + MSG_IOV, iov);
    Mem.putLong(header + MSG_IOV_COUNT, 1);
    Mem.putLong(header + MSG_CONTROL, control);
    Mem.putLong(iov, data);
  }

  long data() {
    return data;
  }

  /** The msghdr for receiving up to {@code bytes} bytes and any number of descriptors. */
  long toReceive(int bytes) {
    Mem.putLong(iov + Long.BYTES, bytes);
    Mem.putLong(header + MSG_CONTROL_BYTES, maxControlBytes);
    return header;
  }

  /** The msghdr for sending {@code bytes} bytes and these descriptors. */
  long toSend(int bytes, int level, int type, int[] fds) {
    int used = CMSGHDR_BYTES + fds.length * Integer.BYTES;
    if (used > maxControlBytes) {
      throw new IllegalArgumentException(fds.length + " descriptors do not fit in one message");
    }
    Mem.putLong(iov + Long.BYTES, bytes);
    Mem.putLong(header + MSG_CONTROL_BYTES, fds.length == 0 ? 0 : align(used));
    Mem.putLong(control, used);
    Mem.putInt(control + CMSG_LEVEL, level);
    Mem.putInt(control + CMSG_TYPE, type);
    for (int i = 0; i < fds.length; i++) {
      Mem.putInt(control + CMSGHDR_BYTES + (long) i * Integer.BYTES, fds[i]);
    }
    return header;
  }

  /** Hands over every descriptor of what was received. */
  void descriptors(int level, int type, IntConsumer fds) {
    long end = control + Mem.getLong(header + MSG_CONTROL_BYTES);
    long cmsg = control;
    while (end - cmsg >= CMSGHDR_BYTES) {
      int bytes = (int) Mem.getLong(cmsg);
      if (Mem.getInt(cmsg + CMSG_LEVEL) == level && Mem.getInt(cmsg + CMSG_TYPE) == type) {
        for (long fd = cmsg + CMSGHDR_BYTES; fd < cmsg + bytes; fd += Integer.BYTES) {
          fds.accept(Mem.getInt(fd));
        }
      }
      cmsg += align(bytes);
    }
  }

  private static int align(int bytes) {
    return (bytes + 7) & -8;
  }
}

package io.vireo.vhost.message;

import java.nio.ByteBuffer;

/**
 * What each message begins with (section "Header").
 *
 * <pre>
 *   0        4      8       12
 *   +--------+------+-------+-- ...
 *   | request| flags| size  | payload, size bytes
 *   +--------+------+-------+-- ...
 * </pre>
 *
 * @param request number of the request; a reply repeats it
 * @param flags bits 0-1 the version, bit 2 {@link #REPLY}, bit 3 {@link #NEED_REPLY}
 * @param size bytes of payload that follow
 */
public record Header(int request, int flags, int size) {
  public static final int BYTES = 12;
  public static final int VERSION = 1;
  public static final int VERSION_MASK = 3;
  public static final int REPLY = 1 << 2;
  public static final int NEED_REPLY = 1 << 3;

  static Header decode(ByteBuffer in) {
    return new Header(in.getInt(), in.getInt(), in.getInt());
  }

  void encode(ByteBuffer out) {
    out.putInt(request).putInt(flags).putInt(size);
  }

  public boolean isReply() {
    return (flags & REPLY) != 0;
  }

  public boolean needsReply() {
    return (flags & NEED_REPLY) != 0;
  }

  boolean hasKnownVersion() {
    return (flags & VERSION_MASK) == VERSION;
  }
}

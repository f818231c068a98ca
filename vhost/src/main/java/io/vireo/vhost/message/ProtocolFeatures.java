package io.vireo.vhost.message;

/** Bits of GET/SET_PROTOCOL_FEATURES (section "Protocol features") that this program knows. */
public final class ProtocolFeatures {
  /** The feature bit, not a protocol feature bit, that says that the other bits exist at all. */
  public static final long VHOST_USER_F_PROTOCOL_FEATURES = 1L << 30;

  public static final long MQ = 1L;
  public static final long REPLY_ACK = 1L << 3;
  public static final long BACKEND_REQ = 1L << 5;
  public static final long CONFIG = 1L << 9;
  public static final long CONFIGURE_MEM_SLOTS = 1L << 15;

  /** What a back-end of this program offers. */
  public static final long OFFERED = MQ | REPLY_ACK | BACKEND_REQ | CONFIG | CONFIGURE_MEM_SLOTS;

  private ProtocolFeatures() {}
}

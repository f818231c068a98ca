package io.vireo.vhost.message;

import java.util.Optional;

/**
 * The requests of a front-end that this program serves (section "Front-end message types").
 *
 * <p>A request that is not here belongs to a feature that is not offered, and is answered like one
 * that nobody has defined: refused when a reply was asked for, else the session ends.
 */
public enum Request {
  GET_FEATURES(1, PayloadKind.NONE, 0, 0, true),
  SET_FEATURES(2, PayloadKind.U64, 0, 0, false),
  SET_OWNER(3, PayloadKind.NONE, 0, 0, false),
  RESET_OWNER(4, PayloadKind.NONE, 0, 0, false),
  SET_MEM_TABLE(5, PayloadKind.MEMORY_TABLE, 0, MemoryTable.MAX_REGIONS, false),
  SET_VRING_NUM(8, PayloadKind.VRING_STATE, 0, 0, false),
  SET_VRING_ADDR(9, PayloadKind.VRING_ADDRESS, 0, 0, false),
  SET_VRING_BASE(10, PayloadKind.VRING_STATE, 0, 0, false),
  GET_VRING_BASE(11, PayloadKind.VRING_STATE, 0, 0, true),
  SET_VRING_KICK(12, PayloadKind.U64, 0, 1, false),
  SET_VRING_CALL(13, PayloadKind.U64, 0, 1, false),
  SET_VRING_ERR(14, PayloadKind.U64, 0, 1, false),
  GET_PROTOCOL_FEATURES(15, PayloadKind.NONE, 0, 0, true),
  SET_PROTOCOL_FEATURES(16, PayloadKind.U64, 0, 0, false),
  GET_QUEUE_NUM(17, PayloadKind.NONE, 0, 0, true),
  SET_VRING_ENABLE(18, PayloadKind.VRING_STATE, 0, 0, false),
  SET_BACKEND_REQ_FD(21, PayloadKind.NONE, 1, 1, false),
  GET_CONFIG(24, PayloadKind.CONFIG, 0, 0, true),
  SET_CONFIG(25, PayloadKind.CONFIG, 0, 0, false),
  GET_MAX_MEM_SLOTS(36, PayloadKind.NONE, 0, 0, true),
  ADD_MEM_REG(37, PayloadKind.MEMORY_REGION, 1, 1, false),
  /** A descriptor should not come along, but some front-ends send one: it is closed unused. */
  REM_MEM_REG(38, PayloadKind.MEMORY_REGION, 0, 1, false);

  private static final Request[] BY_ID = byId();

  private final int id;
  private final PayloadKind payload;
  private final int minFds;
  private final int maxFds;
  private final boolean ownReply;

  Request(int id, PayloadKind payload, int minFds, int maxFds, boolean ownReply) {
    this.id = id;
    this.payload = payload;
    this.minFds = minFds;
    this.maxFds = maxFds;
    this.ownReply = ownReply;
  }

  /** The number on the wire. */
  public int id() {
    return id;
  }

  /** Whether its answer has a payload of its own, so that no success code follows it. */
  public boolean hasOwnReply() {
    return ownReply;
  }

  public static Optional<Request> of(int id) {
    return id < 0 || id >= BY_ID.length ? Optional.empty() : Optional.ofNullable(BY_ID[id]);
  }

  /** The request of a message whose size and number of descriptors are as they must be. */
  public static Request of(Message message) {
    int id = message.header().request();
    Request request =
        of(id)
            .orElseThrow(
                () ->
                    new ProtocolException(
                        "request " + Integer.toUnsignedString(id),
                        "Front-end message types",
                        "is not known or belongs to a feature that is not offered"));
    request.check(message);
    return request;
  }

  private void check(Message message) {
    int bytes = message.header().size();
    if (!payload.allows(bytes)) {
      throw violation(
          payload.minBytes == payload.maxBytes
              ? "payload of %d bytes is not %d bytes".formatted(bytes, payload.minBytes)
              : "payload of %d bytes is not between %d and %d bytes"
                  .formatted(bytes, payload.minBytes, payload.maxBytes));
    }
    int fds = message.fds().count();
    if (fds < minFds || fds > maxFds) {
      throw violation(
          minFds == maxFds
              ? "%d descriptors came, not %d".formatted(fds, minFds)
              : "%d descriptors came, not %d to %d".formatted(fds, minFds, maxFds));
    }
  }

  private ProtocolException violation(String detail) {
    return new ProtocolException(name(), "Message Specification", detail);
  }

  private static Request[] byId() {
    Request[] all = values();
    Request[] byId = new Request[all[all.length - 1].id + 1];
    for (Request request : all) {
      byId[request.id] = request;
    }
    return byId;
  }
}

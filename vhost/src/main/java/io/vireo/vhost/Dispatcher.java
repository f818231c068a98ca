package io.vireo.vhost;

import io.vireo.bdev.BdevException;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.EventFd;
import io.vireo.linux.UnixSocket;
import io.vireo.vhost.message.Header;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.MessageSocket;
import io.vireo.vhost.message.PassedFds;
import io.vireo.vhost.message.ProtocolException;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import io.vireo.vhost.message.VringFd;
import io.vireo.vhost.message.VringState;
import io.vireo.virtio.VirtioDevice;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a front-end's requests, one at a time. Session's thread only.
 *
 * <p>A request with a reply of its own gets that. Any other gets a success code if it asks for one
 * and REPLY_ACK was negotiated (section "VHOST_USER_PROTOCOL_F_REPLY_ACK"). One that is refused
 * gets a failure code in the same case; otherwise nobody could tell its sender, and the session
 * ends. Nothing here insists on negotiation or order that front-ends in the field do not keep.
 */
final class Dispatcher {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
  private static final long SUCCESS = 0;
  private static final long FAILURE = 1;

  private final String name;
  private final MessageSocket socket;
  private final VirtioDevice device;
  private final Vrings rings;
  private final SessionMemory memory;
  private final BackendChannel channel;
  private final LineLimit lines;
  private final DeviceConfig config;
  private long protocolFeatures;

  Dispatcher(
      String name,
      MessageSocket socket,
      VirtioDevice device,
      Vrings rings,
      SessionMemory memory,
      BackendChannel channel,
      LineLimit lines) {
    this.name = name;
    this.socket = socket;
    this.device = device;
    this.rings = rings;
    this.memory = memory;
    this.channel = channel;
    this.lines = lines;
    this.config = new DeviceConfig(device);
  }

  /**
   * Serves one message.
   *
   * @throws ProtocolException when it is refused and its sender does not wait for a code
   */
  void handle(Message message) {
    Header header = message.header();
    if (header.isReply()) {
      throw new ProtocolException(
          "request " + Integer.toUnsignedString(header.request()),
          "Header",
          "is marked as a reply");
    }
    try {
      serve(message);
    } catch (ProtocolException e) {
      if (!wantsCode(header)) {
        throw e;
      }
      if (lines.allows()) {
        log.warn("{}: refused {}", name, e.getMessage());
      }
      reply(header.request(), Message.encodeU64(FAILURE));
    }
  }

  private void serve(Message message) {
    Request request = Request.of(message);
    try {
      dispatch(request, message);
    } catch (IllegalArgumentException | ErrnoException | BdevException e) {
      throw new ProtocolException(request.name(), "Front-end message types", e.getMessage());
    }
    if (wantsCode(message.header())) {
      reply(request.id(), Message.encodeU64(SUCCESS));
    }
  }

  private void dispatch(Request request, Message m) {
    switch (request) {
      case GET_FEATURES -> reply(request, offeredFeatures());
      case SET_FEATURES -> setFeatures(m.u64());
      case GET_PROTOCOL_FEATURES -> reply(request, ProtocolFeatures.OFFERED);
      case SET_PROTOCOL_FEATURES -> protocolFeatures = m.u64() & ProtocolFeatures.OFFERED;
      case SET_OWNER, RESET_OWNER -> {} // a connection is a session; some reset before they leave

      case SET_MEM_TABLE -> memory.set(m.memoryTable().regions(), m.fds());
      case GET_MAX_MEM_SLOTS -> reply(request, SessionMemory.MAX_SLOTS);
      case ADD_MEM_REG -> memory.add(m.memoryRegion(), m.fds());
      case REM_MEM_REG -> memory.remove(m.memoryRegion());

      case GET_QUEUE_NUM -> reply(request, device.maxQueues());
      case SET_VRING_NUM -> ring(m).size(m.vringState().num());
      case SET_VRING_ADDR -> rings.ring(m.vringAddress().index()).address(m.vringAddress());
      case SET_VRING_BASE -> ring(m).base(m.vringState().num());
      case GET_VRING_BASE -> getVringBase(m.vringState().index());
      case SET_VRING_ENABLE -> ring(m).enable(flag(m.vringState().num()));
      case SET_VRING_KICK -> descriptor(m, Vring::kick);
      case SET_VRING_CALL -> descriptor(m, Vring::call);
      case SET_VRING_ERR -> descriptor(m, Vring::err);

      case GET_CONFIG -> reply(request.id(), config.read(m));
      case SET_CONFIG -> config.write(m.configWrite());
      case SET_BACKEND_REQ_FD -> setBackendChannel(m.fds());
    }
  }

  private long offeredFeatures() {
    return device.features() | ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
  }

  /** Bits that were not offered do no harm: some front-ends set them all the same. */
  private void setFeatures(long features) {
    long acked = features & offeredFeatures();
    device.features(acked & device.features());
    rings.features(acked);
  }

  private Vring ring(Message m) {
    return rings.ring(m.vringState().index());
  }

  private void getVringBase(int index) {
    int nextAvail = rings.ring(index).stop();
    reply(Request.GET_VRING_BASE.id(), new VringState(index, nextAvail).encode());
  }

  private void descriptor(Message m, BiConsumer<Vring, EventFd> setter) {
    VringFd which = m.vringFd();
    Vring ring = rings.ring(which.index());
    PassedFds fds = m.fds();
    if (which.noFd() != (fds.count() == 0)) {
      throw new IllegalArgumentException(
          "ring %d: %d descriptors came, but bit 8 says %s"
              .formatted(which.index(), fds.count(), which.noFd() ? "none" : "one"));
    }
    EventFd fd = null;
    if (!which.noFd()) {
      fd = EventFd.adopt(fds.get(0));
      fds.take(0);
    }
    setter.accept(ring, fd);
  }

  private void setBackendChannel(PassedFds fds) {
    UnixSocket next = UnixSocket.adopt(fds.get(0));
    fds.take(0);
    channel.attach(next);
  }

  private static boolean flag(int number) {
    if (number != 0 && number != 1) {
      throw new IllegalArgumentException(
          "%s is neither 0 nor 1".formatted(Integer.toUnsignedString(number)));
    }
    return number == 1;
  }

  /** Whether the sender of a request waits for a code; not when it waits for a proper reply. */
  private boolean wantsCode(Header header) {
    return header.needsReply()
        && (protocolFeatures & ProtocolFeatures.REPLY_ACK) != 0
        && !Request.of(header.request()).map(Request::hasOwnReply).orElse(false);
  }

  private void reply(Request request, long number) {
    reply(request.id(), Message.encodeU64(number));
  }

  private void reply(int request, byte[] payload) {
    socket.send(request, Header.VERSION | Header.REPLY, payload);
  }
}

package io.vireo.vhost.frontend;

import io.vireo.linux.Libc;
import io.vireo.linux.UnixSocket;
import io.vireo.vhost.message.ConfigSpace;
import io.vireo.vhost.message.Header;
import io.vireo.vhost.message.MemoryRegion;
import io.vireo.vhost.message.MemoryTable;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.MessageSocket;
import io.vireo.vhost.message.ProtocolException;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import io.vireo.vhost.message.VringFd;
import io.vireo.vhost.message.VringState;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A vhost-user front-end over a real socket. One thread at a time.
 *
 * <p>{@link #negotiate}, {@link #share} and {@link #start} are what a hypervisor does; the methods
 * above them send single requests. {@link #raw} sends whatever it is given: back-ends have to live
 * with that.
 */
public final class VhostUserFrontend implements AutoCloseable {
  private static final byte[] NOTHING = {};

  private final MessageSocket socket;
  private final int timeoutMillis;
  private MessageSocket backendChannel;
  private long features;
  private long protocolFeatures;

  private VhostUserFrontend(UnixSocket socket, int timeoutMillis) {
    this.socket = new MessageSocket(socket, 0);
    this.timeoutMillis = timeoutMillis;
  }

  /**
   * Connects to a back-end.
   *
   * @param timeoutMillis how long it may take to answer
   */
  public static VhostUserFrontend connect(Path path, int timeoutMillis) {
    return new VhostUserFrontend(UnixSocket.connect(path), timeoutMillis);
  }

  /** The raw way: any bytes, any descriptors. */
  public MessageSocket raw() {
    return socket;
  }

  /** Sends a request that asks for no reply. */
  public void send(Request request, byte[] payload, int... fds) {
    socket.send(request.id(), Header.VERSION, payload, fds);
  }

  /**
   * Waits for the next message of the back-end; the caller closes it.
   *
   * @throws IllegalStateException when it does not come in time, or the connection ends
   */
  public Message receive() {
    return receive(socket, timeoutMillis)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    socket.ended()
                        ? "the back-end has closed the connection"
                        : "the back-end did not answer in %d ms".formatted(timeoutMillis)));
  }

  /** Waits for the back-end to close the connection; false when it does not in time. */
  public boolean awaitEnd() {
    while (!socket.ended()) {
      Optional<Message> message = receive(socket, timeoutMillis);
      if (message.isEmpty() && !socket.ended()) {
        return false;
      }
      message.ifPresent(Message::close);
    }
    return true;
  }

  /** Sends a request that has a reply, and waits for it. */
  public Message ask(Request request, byte[] payload) {
    send(request, payload);
    Message reply = receive();
    Header header = reply.header();
    if (header.request() != request.id() || !header.isReply()) {
      reply.close();
      throw new IllegalStateException("the answer to %s is %s".formatted(request, header));
    }
    return reply;
  }

  /** Asks for a number. */
  public long askNumber(Request request) {
    try (Message reply = ask(request, NOTHING)) {
      return reply.u64();
    }
  }

  /**
   * Sends a request and, if REPLY_ACK was negotiated, waits for its success.
   *
   * @throws ProtocolException when the back-end refuses it
   */
  public void command(Request request, byte[] payload, int... fds) {
    if (!acknowledges()) {
      send(request, payload, fds);
      return;
    }
    socket.send(request.id(), Header.VERSION | Header.NEED_REPLY, payload, fds);
    try (Message reply = receive()) {
      long code = reply.u64();
      if (reply.header().request() != request.id() || code != 0) {
        throw new ProtocolException(
            request.name(), "REPLY_ACK", "the back-end answered %d".formatted(code));
      }
    }
  }

  private boolean acknowledges() {
    return (protocolFeatures & ProtocolFeatures.REPLY_ACK) != 0;
  }

  /**
   * Negotiates what both sides know.
   *
   * @return the virtio features in common
   */
  public long negotiate(long wanted, long wantedProtocol) {
    long offered = askNumber(Request.GET_FEATURES);
    long bit = ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
    if ((offered & bit) != 0 && wantedProtocol != 0) {
      long common = askNumber(Request.GET_PROTOCOL_FEATURES) & wantedProtocol;
      send(Request.SET_PROTOCOL_FEATURES, Message.encodeU64(common));
      protocolFeatures = common;
      features = offered & (wanted | bit);
    } else {
      features = offered & wanted;
    }
    command(Request.SET_OWNER, NOTHING);
    command(Request.SET_FEATURES, Message.encodeU64(features));
    return features & ~bit;
  }

  /** Shares memory: region by region if the back-end can, else in one table. */
  public void share(FrontendMemory memory) {
    if (takesRegions()) {
      memory.regions().forEach(this::addRegion);
    } else {
      setTable(memory.regions());
    }
  }

  /** How many regions of memory the back-end takes, as it says itself. */
  public long maxRegions() {
    return takesRegions() ? askNumber(Request.GET_MAX_MEM_SLOTS) : MemoryTable.MAX_REGIONS;
  }

  private boolean takesRegions() {
    return (protocolFeatures & ProtocolFeatures.CONFIGURE_MEM_SLOTS) != 0;
  }

  public void addRegion(FrontendMemory.Region region) {
    command(Request.ADD_MEM_REG, region.description().encodeSingle(), region.fd());
  }

  public void removeRegion(FrontendMemory.Region region) {
    command(Request.REM_MEM_REG, region.description().encodeSingle());
  }

  public void setTable(List<FrontendMemory.Region> regions) {
    List<MemoryRegion> table = regions.stream().map(FrontendMemory.Region::description).toList();
    int[] fds = regions.stream().mapToInt(FrontendMemory.Region::fd).toArray();
    command(Request.SET_MEM_TABLE, new MemoryTable(table).encode(), fds);
  }

  /** Sets up and starts a ring whose indexes begin at {@code base}, and enables it if need be. */
  public void start(FrontendRing ring, int base) {
    setState(Request.SET_VRING_NUM, ring.index(), ring.size());
    setState(Request.SET_VRING_BASE, ring.index(), base);
    command(Request.SET_VRING_ADDR, ring.address().encode());
    setDescriptor(Request.SET_VRING_ERR, ring.index(), ring.err().fd());
    setDescriptor(Request.SET_VRING_CALL, ring.index(), ring.call().fd());
    setDescriptor(Request.SET_VRING_KICK, ring.index(), ring.kick().fd());
    if ((features & ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES) != 0) {
      setState(Request.SET_VRING_ENABLE, ring.index(), 1);
    }
  }

  /** Stops a ring; answers the index of the next avail entry. */
  public int stop(int index) {
    byte[] which = new VringState(index, 0).encode();
    try (Message reply = ask(Request.GET_VRING_BASE, which)) {
      return reply.vringState().num();
    }
  }

  public void setState(Request request, int index, int number) {
    command(request, new VringState(index, number).encode());
  }

  /** Gives a ring a descriptor, or none for -1. */
  public void setDescriptor(Request request, int index, int fd) {
    byte[] which = Message.encodeU64(new VringFd(index, fd < 0).value());
    command(request, which, fd < 0 ? new int[0] : new int[] {fd});
  }

  /** Reads a part of the configuration space. */
  public byte[] config(int offset, int size) {
    try (Message reply =
        ask(Request.GET_CONFIG, new ConfigSpace(offset, 0, new byte[size]).encode())) {
      return reply.configWrite().bytes();
    }
  }

  public void setConfig(int offset, byte... bytes) {
    command(Request.SET_CONFIG, new ConfigSpace(offset, 0, bytes).encode());
  }

  /** Gives the back-end a way for its own requests. */
  public void openBackendChannel() {
    UnixSocket[] pair = UnixSocket.pair();
    backendChannel = new MessageSocket(pair[0], 0);
    try (UnixSocket theirs = pair[1]) {
      command(Request.SET_BACKEND_REQ_FD, NOTHING, theirs.fd());
    }
  }

  /** Waits for a request of the back-end; empty when none comes in time. */
  public Optional<Header> awaitBackendRequest() {
    Optional<Message> request = receive(backendChannel, timeoutMillis);
    request.ifPresent(Message::close);
    return request.map(Message::header);
  }

  @Override
  public void close() {
    socket.close();
    if (backendChannel != null) {
      backendChannel.close();
    }
  }

  private static Optional<Message> receive(MessageSocket from, int timeoutMillis) {
    Optional<Message> message = from.receive();
    while (message.isEmpty() && !from.ended()) {
      if (Libc.poll(new int[] {from.fd()}, new int[] {Libc.POLLIN}, timeoutMillis) == 0) {
        return Optional.empty();
      }
      message = from.receive();
    }
    return message;
  }
}

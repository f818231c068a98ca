package io.vireo.vhost.message;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.UnixSocket;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Whole messages over a stream socket, for either side; one thread.
 *
 * <p>Receiving never waits, so that a peer that stops in the middle of a message costs nobody a
 * thread: the user waits for the socket with poll(2) and calls {@link #receive} until a message is
 * complete. Exactly the header is read and then exactly the payload, for descriptors belong to the
 * first byte of a header (section "Message Specification") and must not be taken for those of the
 * message before.
 */
public final class MessageSocket implements AutoCloseable {
  /** More than any request has; what is longer is not a message and ends the connection. */
  public static final int MAX_PAYLOAD_BYTES = 4096;

  private final UnixSocket socket;
  private final int sendFlags;
  private final byte[] headerBytes = new byte[Header.BYTES];
  private Header header;
  private byte[] payload;
  private int received; // bytes of the part that is being read
  private PassedFds fds = new PassedFds();
  private boolean ended;

  /**
   * @param socket connected; owned from now on
   * @param sendFlags {@link io.vireo.linux.Libc#MSG_DONTWAIT} when a peer that does not read may
   *     not make this side wait
   */
  public MessageSocket(UnixSocket socket, int sendFlags) {
    this.socket = socket;
    this.sendFlags = sendFlags;
  }

  /** The descriptor, to wait for. */
  public int fd() {
    return socket.fd();
  }

  /** Whether the peer has closed the connection, be it in the middle of a message. */
  public boolean ended() {
    return ended;
  }

  /**
   * Reads what has arrived, at most one message; empty while it is not complete. The caller closes
   * the message.
   *
   * @throws ProtocolException when what arrives is no message
   */
  public Optional<Message> receive() {
    if (header == null) {
      if (!fill(headerBytes)) {
        return Optional.empty();
      }
      header = Header.decode(Message.over(headerBytes));
      check(header);
      payload = new byte[header.size()];
      received = 0;
    }
    if (!fill(payload)) {
      return Optional.empty();
    }
    Message message = new Message(header, payload, fds);
    header = null;
    received = 0;
    fds = new PassedFds();
    return Optional.of(message);
  }

  /**
   * Sends one message; the descriptors stay the caller's.
   *
   * @throws ErrnoException when the peer is gone, or does not read and this side may not wait
   */
  public void send(int request, int flags, byte[] payload, int... fds) {
    byte[] bytes = new byte[Header.BYTES + payload.length];
    ByteBuffer out = Message.over(bytes);
    new Header(request, flags, payload.length).encode(out);
    out.put(payload);
    sendBytes(bytes, fds);
  }

  /** Sends bytes as they are; a front-end that breaks the rules uses it, too. */
  public void sendBytes(byte[] bytes, int... fds) {
    int sent = 0;
    int[] along = fds;
    while (sent < bytes.length) {
      int count = socket.send(bytes, sent, bytes.length - sent, sendFlags, along);
      if (count < 0) {
        throw new ErrnoException("send", -count, "of a message");
      }
      sent += count;
      along = new int[0];
    }
  }

  /** Also closes the descriptors of a message that never became complete. */
  @Override
  public void close() {
    fds.close();
    socket.close();
  }

  /** Reads until {@code part} is full; false when nothing more has arrived. */
  private boolean fill(byte[] part) {
    while (received < part.length) {
      int before = fds.count();
      int count = socket.receive(part, received, part.length - received, fds::add);
      if (count == -Errno.EAGAIN) {
        return false;
      }
      if (count == 0 || count == -Errno.ECONNRESET) {
        ended = true;
        return false;
      }
      if (count < 0) {
        throw new ErrnoException("recvmsg", -count, "of a message");
      }
      // Within the header the kernel does not tell which byte they came with.
      if (header != null && fds.count() != before) {
        throw violation("descriptors came with its payload");
      }
      received += count;
    }
    return true;
  }

  private static void check(Header header) {
    if (!header.hasKnownVersion()) {
      throw violation(
          "version %d is not %d".formatted(header.flags() & Header.VERSION_MASK, Header.VERSION));
    }
    if (header.size() < 0 || header.size() > MAX_PAYLOAD_BYTES) {
      throw violation(
          "payload of %s bytes is longer than %d"
              .formatted(Integer.toUnsignedString(header.size()), MAX_PAYLOAD_BYTES));
    }
  }

  private static ProtocolException violation(String detail) {
    return new ProtocolException("message", "Message Specification", detail);
  }
}

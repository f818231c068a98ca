package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.EventFd;
import io.vireo.virtio.blk.BlkOptions;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A peer that shares no code with the product: junixsocket passes the descriptors, the messages and
 * the ring are numbers out of the specifications. It would notice a mistake that our front-end
 * makes in the same way as our back-end.
 */
class IndependentPeerTest {
  private static final int AVAIL = 1024;
  private static final int USED = 2048;
  private static final int HEADER = 4096;
  private static final int STATUS = 4112;
  private static final int DATA = 8192;
  private static final int DATA_BYTES = 8192;
  private static final int MEMORY_BYTES = 1 << 16;
  private static final int ENTRIES = 16;

  /** Where SPDK's initiator has its memory, guest-physical and virtual alike. */
  private static final long BASE = 0x2000_0000_0000L;

  @TempDir Path dir;

  private TestTarget target;
  private TestDisks disks;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    disks = new TestDisks(target);
    disks.malloc("M0", 512, 2048);
    target.create("disk", disks.device("M0", BlkOptions.DEFAULT));
  }

  @AfterEach
  void close() {
    target.server.close();
    disks.close();
    target.close();
  }

  @Test
  void reads_back_what_it_wrote() throws IOException {
    try (Peer peer =
        new Peer(target.server.find("disk").orElseThrow().socket().orElseThrow(), dir)) {
      assertThat(peer.connect()).as("capacity in sectors").isEqualTo(2048);
      byte[] written = new byte[DATA_BYTES];
      new Random(7).nextBytes(written);
      peer.memory.put(DATA, written);
      assertThat(peer.request(1, 24, 0)).as("VIRTIO_BLK_T_OUT").isZero();
      peer.memory.put(DATA, new byte[DATA_BYTES]);
      assertThat(peer.request(0, 24, 2)).as("VIRTIO_BLK_T_IN").isZero();
      byte[] read = new byte[DATA_BYTES];
      peer.memory.get(DATA, read);
      assertThat(read).isEqualTo(written);
      assertThat(peer.request(0, 2048, 2)).as("beyond the end: VIRTIO_BLK_S_IOERR").isEqualTo(1);
      assertThat(peer.getVringBase()).as("requests taken").isEqualTo(3);
      peer.share(); // as it does once more before it goes
    }
  }

  private static final class Peer implements AutoCloseable {
    private final AFUNIXSocket socket;
    private final RandomAccessFile file;
    final MappedByteBuffer memory;
    private final EventFd kick = EventFd.create();
    private final EventFd call = EventFd.create();
    private int next;

    Peer(Path path, Path directory) throws IOException {
      socket = AFUNIXSocket.connectTo(AFUNIXSocketAddress.of(path));
      file = new RandomAccessFile(directory.resolve("memory").toFile(), "rw");
      file.setLength(MEMORY_BYTES);
      memory = file.getChannel().map(MapMode.READ_WRITE, 0, MEMORY_BYTES);
      memory.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The messages of SPDK's initiator in their order, up to a running ring; the capacity. */
    long connect() throws IOException {
      send(3, payload(0)); // SET_OWNER
      // VERSION_1 and PROTOCOL_FEATURES; of these CONFIG and MQ.
      send(2, u64(ask(1, payload(0)).getLong() & (1L << 32 | 1L << 30)));
      send(16, u64(ask(15, payload(0)).getLong() & (1L << 9 | 1L)));
      ByteBuffer config = ask(24, payload(268).putInt(0).putInt(256).position(268));
      assertThat(config.remaining()).as("the reply to GET_CONFIG").isEqualTo(268);
      // Enabled before there is memory, a call descriptor or a size.
      send(18, payload(8).putInt(0).putInt(1));
      assertThat(ask(17, payload(0)).getLong()).as("queues").isPositive();
      send(13, u64(0), FileDescriptorCast.unsafeUsing(call.fd()).getFileDescriptor());
      share();
      send(8, payload(8).putInt(0).putInt(ENTRIES));
      send(10, payload(8).putInt(0).putInt(0));
      ByteBuffer address = payload(40).putInt(0).putInt(0);
      address.putLong(BASE).putLong(BASE + USED).putLong(BASE + AVAIL).putLong(0);
      send(9, address);
      send(12, u64(0), FileDescriptorCast.unsafeUsing(kick.fd()).getFileDescriptor());
      return config.getLong(12);
    }

    /** Without REPLY_ACK: a message that is always answered tells that the one before was read. */
    void share() throws IOException {
      ByteBuffer table = payload(8 + 32).putInt(1).putInt(0);
      table.putLong(BASE).putLong(MEMORY_BYTES).putLong(BASE).putLong(0);
      send(5, table, file.getFD());
      ask(1, payload(0));
    }

    /** One request of header, data and status; {@code write} is 2 where the device writes data. */
    int request(int type, long sector, int write) {
      memory.putInt(HEADER, type).putInt(HEADER + 4, 0).putLong(HEADER + 8, sector);
      memory.put(STATUS, (byte) 0xff);
      descriptor(0, HEADER, 16, 1, 1);
      descriptor(1, DATA, DATA_BYTES, 1 | write, 2);
      descriptor(2, STATUS, 1, 2, 0);
      memory.putShort(AVAIL + 4 + 2 * (next % ENTRIES), (short) 0);
      next++;
      VarHandle.fullFence();
      memory.putShort(AVAIL + 2, (short) next);
      VarHandle.fullFence();
      kick.signal();
      Await.until(
          () -> memory.getShort(USED + 2) == (short) next, "the request is in the used ring");
      VarHandle.fullFence();
      return memory.get(STATUS);
    }

    private void descriptor(int index, int offset, int bytes, int flags, int following) {
      int at = 16 * index;
      memory.putLong(at, BASE + offset).putInt(at + 8, bytes);
      memory.putShort(at + 12, (short) flags).putShort(at + 14, (short) following);
    }

    int getVringBase() throws IOException {
      return ask(11, payload(8).putInt(0).putInt(0)).getInt(4);
    }

    private void send(int request, ByteBuffer payload, FileDescriptor... fds) throws IOException {
      if (fds.length > 0) {
        socket.setOutboundFileDescriptors(fds);
      }
      int bytes = payload.flip().remaining();
      ByteBuffer message = payload(12 + bytes).putInt(request).putInt(1).putInt(bytes);
      byte[] sent = new byte[12 + bytes];
      message.put(payload).flip().get(sent);
      socket.getOutputStream().write(sent);
    }

    private ByteBuffer ask(int request, ByteBuffer payload) throws IOException {
      send(request, payload);
      ByteBuffer header = receive(12);
      assertThat(header.getInt()).isEqualTo(request);
      assertThat(header.getInt()).as("version 1, a reply").isEqualTo(5);
      return receive(header.getInt());
    }

    private ByteBuffer receive(int bytes) throws IOException {
      // SPDK's initiator takes what one call gives: a message must come whole.
      byte[] received = new byte[bytes];
      assertThat(socket.getInputStream().read(received)).isEqualTo(bytes);
      return ByteBuffer.wrap(received).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer payload(int bytes) {
      return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer u64(long value) {
      return payload(8).putLong(value);
    }

    @Override
    public void close() throws IOException {
      socket.close();
      file.close();
      kick.close();
      call.close();
    }
  }
}

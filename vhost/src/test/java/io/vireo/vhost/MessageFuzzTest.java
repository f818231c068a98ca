package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import io.vireo.linux.UnixSocket;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.ConfigSpace;
import io.vireo.vhost.message.Header;
import io.vireo.vhost.message.MemoryRegion;
import io.vireo.vhost.message.MemoryTable;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.ProtocolException;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import io.vireo.vhost.message.VringAddress;
import io.vireo.vhost.message.VringState;
import io.vireo.virtio.blk.BlkOptions;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Conversations that are mostly valid: requests of every kind in any order, with wrong numbers,
 * sizes and descriptors now and then, cut off anywhere. Real queues on a real disk are behind them.
 */
class MessageFuzzTest {
  private static final long MIB = 1 << 20;
  private static final String MEMORY = "vireo-test-fuzz";
  private static final int CONVERSATIONS = 400;
  private static final int LENGTH = 60;

  /** A front-end that forgets what it negotiated may wait for an answer that never comes. */
  private static final int PATIENCE_MILLIS = 100;

  private static final List<Request> REQUESTS = List.of(Request.values());

  @TempDir Path dir;

  private final EventFd eventFd = EventFd.create();
  private final UnixSocket[] sockets = UnixSocket.pair();
  private final int memfd = ProtocolTest.memfd();
  private final int nullDevice = Libc.open("/dev/null", Libc.O_RDWR, 0);
  private TestTarget target;
  private TestDisks disks;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    disks = new TestDisks(target);
    disks.malloc("bdev", 512, 4096);
    target.create("disk", disks.device("bdev", BlkOptions.DEFAULT.queues(3)));
  }

  @AfterEach
  void close() {
    target.server.close();
    disks.close();
    target.close();
    eventFd.close();
    sockets[0].close();
    sockets[1].close();
    Libc.close(memfd);
    Libc.close(nullDevice);
  }

  @Test
  void any_conversation_ends_with_nothing_left_and_the_next_front_end_is_served() {
    GuestDisk healthy = new GuestDisk(target, "disk", 1, 64, FrontendMemory.of("healthy", 4 * MIB));
    RandomIo io = new RandomIo(healthy, 0, 0, 50, 4096, 4, new Random(0));
    io.run(100);
    converse(0);
    awaitOneSession();
    int descriptors = openDescriptors();
    for (int seed = 1; seed <= CONVERSATIONS; seed++) {
      converse(seed);
      if (seed % 50 == 0) {
        io.run(100);
      }
    }
    awaitOneSession();
    assertThat(openDescriptors()).isEqualTo(descriptors);
    assertThat(target.mappings.size()).isEqualTo(1);
    io.run(100);
    healthy.close();
    assertThat(Footprint.whenQuiet(target, MEMORY).files()).isZero();
  }

  private void awaitOneSession() {
    VhostController controller = target.server.find("disk").orElseThrow();
    Await.until(() -> controller.sessions().size() == 1, "only the healthy one is left");
    Await.until(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t.getName().startsWith("disk#"))
                    .count()
                == 1,
        "threads end");
  }

  private static int openDescriptors() {
    return new File("/proc/self/fd").list().length;
  }

  private void converse(int seed) {
    Random random = new Random(seed);
    try (FrontendMemory memory = new FrontendMemory(MEMORY);
        VhostUserFrontend frontend = target.connect("disk", PATIENCE_MILLIS)) {
      memory.add(0, MIB);
      memory.addAdjacent(1L << 32, 0x10000, 0x3000);
      List<FrontendRing> rings = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        rings.add(new FrontendRing(memory, i, 64, GuestDisk.LINUX));
      }
      try {
        if (random.nextInt(4) > 0) {
          frontend.negotiate(GuestDisk.LINUX, ProtocolFeatures.OFFERED);
        }
        if (random.nextInt(4) > 0) {
          frontend.share(memory);
        }
        for (int i = random.nextInt(LENGTH); i > 0; i--) {
          step(frontend, memory, rings.get(random.nextInt(3)), random);
        }
      } catch (ErrnoException | IllegalStateException e) {
        // The session has ended: that is what most conversations come to.
      } finally {
        rings.forEach(FrontendRing::close);
      }
    }
  }

  private void step(
      VhostUserFrontend frontend, FrontendMemory memory, FrontendRing ring, Random random) {
    if (random.nextInt(6) == 0) {
      start(frontend, ring);
      return;
    }
    Request request = REQUESTS.get(random.nextInt(REQUESTS.size()));
    byte[] payload = payload(request, memory, ring, random);
    if (random.nextInt(12) == 0) {
      mutate(payload, random);
    }
    if (random.nextInt(40) == 0) {
      payload = Arrays.copyOf(payload, random.nextInt(300));
    }
    int id = random.nextInt(60) == 0 ? random.nextInt(60) : request.id();
    int flags = random.nextInt(80) == 0 ? random.nextInt() : 1 | random.nextInt(2) * 8;
    byte[] bytes = new byte[Header.BYTES + payload.length];
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(id)
        .putInt(flags)
        .putInt(random.nextInt(100) == 0 ? random.nextInt(400) : payload.length)
        .put(payload);
    frontend.raw().sendBytes(bytes, descriptors(request, memory, random));
    if (random.nextInt(3) == 0) {
      Libc.poll(new int[] {frontend.raw().fd()}, new int[] {Libc.POLLIN}, 1);
    }
    while (frontend.raw().receive().map(MessageFuzzTest::closed).isPresent()) {}
  }

  private static void start(VhostUserFrontend frontend, FrontendRing ring) {
    try {
      frontend.start(ring, 0);
    } catch (ProtocolException e) {
      // Refused, or the answer was one to an earlier request.
    }
  }

  private static Message closed(Message message) {
    message.close();
    return message;
  }

  private static byte[] payload(
      Request request, FrontendMemory memory, FrontendRing ring, Random random) {
    MemoryRegion region = anyRegion(memory, random);
    VringAddress address = ring.address();
    return switch (request) {
      case GET_FEATURES,
          SET_OWNER,
          RESET_OWNER,
          GET_PROTOCOL_FEATURES,
          GET_QUEUE_NUM,
          SET_BACKEND_REQ_FD,
          GET_MAX_MEM_SLOTS ->
          new byte[0];
      case SET_FEATURES -> Message.encodeU64(GuestDisk.LINUX | (long) random.nextInt(2) << 30);
      case SET_PROTOCOL_FEATURES -> Message.encodeU64(ProtocolFeatures.OFFERED);
      case SET_MEM_TABLE ->
          new MemoryTable(
                  memory.regions().stream()
                      .limit(random.nextInt(4))
                      .map(FrontendMemory.Region::description)
                      .toList())
              .encode();
      case SET_VRING_NUM -> new VringState(ring.index(), 64).encode();
      case SET_VRING_BASE -> new VringState(ring.index(), random.nextInt(65536)).encode();
      case GET_VRING_BASE, SET_VRING_ENABLE ->
          new VringState(ring.index(), random.nextInt(2)).encode();
      case SET_VRING_ADDR -> address.encode();
      case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR ->
          Message.encodeU64(ring.index() | random.nextInt(2) << 8);
      case GET_CONFIG, SET_CONFIG ->
          new ConfigSpace(random.nextInt(80), 0, new byte[random.nextInt(61)]).encode();
      case ADD_MEM_REG, REM_MEM_REG -> region.encodeSingle();
    };
  }

  private static MemoryRegion anyRegion(FrontendMemory memory, Random random) {
    return memory.regions().get(random.nextInt(memory.regions().size())).description();
  }

  private static void mutate(byte[] payload, Random random) {
    if (payload.length > 0) {
      payload[random.nextInt(payload.length)] = (byte) random.nextInt();
    }
  }

  private int[] descriptors(Request request, FrontendMemory memory, Random random) {
    int[] any = {eventFd.fd(), sockets[0].fd(), memfd, nullDevice};
    if (random.nextInt(30) == 0) {
      int[] many = new int[random.nextInt(UnixSocket.MAX_FDS)];
      Arrays.fill(many, any[random.nextInt(any.length)]);
      return many;
    }
    int file = memory.regions().getFirst().fd();
    return switch (request) {
      case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR ->
          random.nextBoolean() ? new int[] {eventFd.fd()} : new int[0];
      case SET_BACKEND_REQ_FD -> new int[] {sockets[random.nextInt(2)].fd()};
      case ADD_MEM_REG -> new int[] {random.nextInt(5) == 0 ? memfd : file};
      case SET_MEM_TABLE ->
          memory.regions().stream()
              .limit(random.nextInt(4))
              .mapToInt(FrontendMemory.Region::fd)
              .toArray();
      default -> random.nextInt(30) == 0 ? new int[] {any[random.nextInt(4)]} : new int[0];
    };
  }
}

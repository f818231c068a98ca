package io.vireo.itest;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.ProtocolException;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.queue.Descriptor;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** A front-end that does harm as long as it is let: to its rings, its memory, its connection. */
final class HostileDriver implements AutoCloseable {
  private static final int RING_SIZE = 128;
  private static final long MEMORY_BYTES = 1 << 20;
  private static final int ANSWER_MILLIS = 5000;
  private static final long FEATURES =
      VirtioFeatures.VERSION_1 | VirtioFeatures.INDIRECT_DESC | VirtioFeatures.EVENT_IDX;

  private final Path socket;
  private final Random random = new Random(20261121);
  private final Thread thread;
  private volatile boolean ended;
  private final AtomicInteger attacks = new AtomicInteger();
  private volatile Throwable failure;

  /** Begins at once. */
  HostileDriver(Path socket) {
    this.socket = socket;
    thread = Thread.ofPlatform().daemon().name("hostile").start(this::run);
  }

  /** How often it connected and did harm. */
  int attacks() {
    return attacks.get();
  }

  private void run() {
    try {
      while (!ended) {
        attack();
        attacks.incrementAndGet();
      }
    } catch (Throwable t) {
      failure = t;
    }
  }

  private void attack() {
    try (FrontendMemory memory = FrontendMemory.of("memory-hostile", MEMORY_BYTES);
        VhostUserFrontend frontend = VhostUserFrontend.connect(socket, ANSWER_MILLIS);
        FrontendRing ring = new FrontendRing(memory, 0, RING_SIZE, FEATURES)) {
      frontend.negotiate(FEATURES, ProtocolFeatures.OFFERED);
      frontend.share(memory);
      frontend.start(ring, 0);
      switch (random.nextInt(4)) {
        case 0 -> babble(frontend);
        case 1 -> truncate(memory, ring);
        default -> scribble(ring);
      }
    } catch (ErrnoException | ProtocolException | IllegalStateException e) {
      // Its session ended: it is what such a one must expect. The next attack needs a new one.
    }
  }

  /** Noise in the ring, while the device is at work on it. */
  private void scribble(FrontendRing ring) {
    for (int i = 0; i < 200; i++) {
      long descriptor = ring.address().descriptorUva() + random.nextInt(RING_SIZE) * 16L;
      Descriptor.put(
          descriptor,
          random.nextLong(MEMORY_BYTES),
          random.nextInt(1 << random.nextInt(1, 20)),
          random.nextInt(8),
          random.nextInt(RING_SIZE));
      long avail = ring.address().availableUva();
      Mem.putShort(avail + 4 + 2L * random.nextInt(RING_SIZE), (short) random.nextInt(RING_SIZE));
      if (random.nextInt(4) == 0) {
        Mem.putShort(avail + 2, (short) (i + random.nextInt(RING_SIZE)));
        ring.kick().signal();
      }
    }
    Mem.putLong(ring.address().availableUva(), random.nextLong());
    ring.kick().signal();
    FrontendRing.await(ring.err(), 10);
  }

  /** The guest's memory goes away under the device. */
  private void truncate(FrontendMemory memory, FrontendRing ring) {
    Libc.ftruncate(memory.regions().getFirst().fd(), 0);
    ring.kick().signal();
    FrontendRing.await(ring.err(), 10);
  }

  private void babble(VhostUserFrontend frontend) {
    byte[] noise = new byte[random.nextInt(1, 400)];
    random.nextBytes(noise);
    frontend.raw().sendBytes(noise);
  }

  /** Ends it; the target must still have let it connect. */
  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    if (failure != null) {
      throw new AssertionError("the hostile driver could not go on", failure);
    }
  }
}

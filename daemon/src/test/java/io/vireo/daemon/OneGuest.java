package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.driver.BlkDriver;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A guest with one disk, of one queue, that does one request after the other. */
public final class OneGuest implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;
  private static final int MEMORY_BYTES = 8 << 20;

  final FrontendMemory memory;
  final VhostUserFrontend frontEnd;
  final FrontendRing ring;
  final BlkDriver driver;
  private final long buffer;

  /** Connects to a disk's socket and starts its queue. */
  public OneGuest(Path socket) {
    memory = FrontendMemory.of("vireo-test-guest", MEMORY_BYTES);
    frontEnd = VhostUserFrontend.connect(socket, TIMEOUT_MILLIS);
    long features = frontEnd.negotiate(VirtioFeatures.VERSION_1, ProtocolFeatures.OFFERED);
    frontEnd.share(memory);
    ring = new FrontendRing(memory, 0, 64, features);
    driver = ring.blk(false);
    buffer = memory.allocate(4096, 512);
    frontEnd.start(ring, 0);
  }

  /** Reads 4 KiB so many times. */
  public void read(int times) {
    for (int i = 0; i < times; i++) {
      run(driver.read(0, buffer, 4096));
    }
  }

  /** Shows the device the request with this tag and waits for its end. */
  void run(int tag) {
    if (driver.publish()) {
      ring.kick().signal();
    }
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS);
    while (driver.poll() != tag) {
      assertThat(System.nanoTime()).as("the request ends in time").isLessThan(deadlineNs);
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    frontEnd.close();
    ring.close();
    memory.close();
  }
}

package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Libc;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.ProtocolException;
import io.vireo.vhost.message.ProtocolFeatures;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of single requests share: a fake disk and a front-end of it. */
abstract class ProtocolTest {
  static final long MIB = 1 << 20;
  static final int QUEUES = 4;
  static final int QUEUE_SIZE = 256;

  @TempDir Path dir;

  final FakeDevice device = new FakeDevice(QUEUES, 1024);
  final FrontendMemory memory = FrontendMemory.of("vireo-test-guest", 4 * MIB);
  TestTarget target;
  VhostUserFrontend frontend;
  private boolean memoryShared;

  @BeforeEach
  void connect() {
    target = new TestTarget(dir);
    target.create("disk", device);
    frontend = target.connect("disk");
    frontend.negotiate(FakeDevice.FEATURES, ProtocolFeatures.OFFERED);
  }

  @AfterEach
  void close() {
    device.finishAll();
    frontend.close();
    target.close();
    memory.close();
  }

  FrontendRing newRing(int index) {
    return new FrontendRing(memory, index, QUEUE_SIZE, FakeDevice.FEATURES);
  }

  /**
   * Starts a ring, after the memory was shared for the first one; the fake queue behind it is the
   * device's last.
   */
  FrontendRing startRing(int index, int base) {
    if (!memoryShared) {
      frontend.share(memory);
      memoryShared = true;
    }
    FrontendRing ring = newRing(index);
    frontend.start(ring, base);
    return ring;
  }

  static void assertRefused(ThrowingCallable request) {
    assertThatThrownBy(request)
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("the back-end answered 1");
  }

  static int memfd() {
    int fd = Libc.memfdCreate("vireo-test-other", 0);
    Libc.ftruncate(fd, MIB);
    return fd;
  }
}

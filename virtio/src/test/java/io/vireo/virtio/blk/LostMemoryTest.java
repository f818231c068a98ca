package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorListener;
import io.vireo.reactor.ReactorOptions;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.TestDisk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A front-end truncates the file behind its guest's memory while the queue is at work. In a JVM of
 * its own, for the JVM itself is at stake, and under each of its ways to run code.
 */
class LostMemoryTest {
  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-Xbatch"})
  void the_queue_drains_and_its_neighbour_goes_on(String mode) throws Exception {
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    mode,
                    "-XX:-CreateCoredumpOnCrash",
                    "-XX:+ErrorFileToStdout",
                    "--enable-native-access=ALL-UNNAMED",
                    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    Child.class.getName(),
                    mode.equals("-Xint") ? "200" : "60000"))
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(output).isZero();
    assertThat(output).endsWith("survived\n");
  }

  /** Counts faults, and fails on anything else. */
  private static final class Faults implements ReactorListener {
    private int memory;
    private final List<Throwable> others = new ArrayList<>();

    @Override
    public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
      others.add(cause);
    }

    @Override
    public void memoryFault(Reactor reactor, InternalError error) {
      memory++;
    }
  }

  /** The other JVM. */
  static final class Child {
    private static final int ROUNDS = 30;

    private final Random random = new Random(7);
    private final Faults faults = new Faults();
    private final TestDisk healthy = TestDisk.with().reactor(ReactorOptions.POLL, faults).build();
    private final long healthyData = healthy.ram.allocate(4096);

    private Child() {}

    public static void main(String[] args) {
      new Child().run(Integer.parseInt(args[0]));
      System.out.println("survived");
    }

    private void run(int warmUp) {
      for (int i = 0; i < warmUp; i++) {
        serveHealthy();
      }
      for (int round = 0; round < ROUNDS; round++) {
        lose(round, round % 2 == 0);
      }
      require(faults.memory >= ROUNDS, faults.memory + " memory faults");
      require(faults.others.isEmpty(), faults.others.toString());
      healthy.close();
    }

    private void lose(int round, boolean atOnce) {
      PendingBdev bdev = new PendingBdev("hostile" + round, 512, 2048);
      TestDisk disk =
          TestDisk.with()
              .ram(GuestRam.truncatable(1 << 20))
              .bdev(atOnce ? bdev.atOnce() : bdev)
              .beside(healthy)
              .build();
      // The ring, then data, then headers and status bytes, each on pages of their own.
      disk.ram.allocate(4096);
      final long data = disk.ram.allocate(8192);
      final long headers = disk.ram.allocate(4096) + 4095;
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        disk.split.readable(disk.header(BlkType.OUT, 0), 16);
        disk.split.readable(data, 4096);
        disk.split.writable(disk.status(), 1);
        disk.split.offer();
      }
      disk.split.publish();
      if (random.nextBoolean()) {
        disk.lap();
      }
      disk.ram.truncate(
          switch (random.nextInt(3)) {
            case 0 -> GuestRam.GPA;
            case 1 -> data;
            default -> headers;
          });
      for (int i = 0; i < 20; i++) {
        disk.stepped.advance(10_000_000);
        serveHealthy();
      }
      boolean[] drained = new boolean[1];
      disk.queue.stop(() -> drained[0] = true);
      while (bdev.pending() > 0) {
        completeOne(bdev);
      }
      for (int i = 0; i < 10; i++) {
        serveHealthy();
      }
      require(drained[0], "round %d: %d in flight".formatted(round, disk.queue.inFlight()));
      disk.device.destroyQueue(disk.queue);
      disk.device.close();
      disk.bdevs.unregister(bdev.name());
      disk.ram.close();
    }

    /** As a channel's poll does: what the completion throws goes to the reactor. */
    private static void completeOne(PendingBdev bdev) {
      try {
        bdev.complete(IoStatus.IO_ERROR);
      } catch (InternalError e) {
        require(e.getMessage() != null, "an error with words");
      }
    }

    private void serveHealthy() {
      int tag = healthy.driver.read(0, healthyData, 4096);
      healthy.split.publish();
      for (int laps = 0; laps < 3; laps++) {
        healthy.lap();
      }
      int done = healthy.driver.poll();
      require(done == tag && healthy.driver.status(tag) == BlkStatus.OK, "the healthy disk");
    }

    private static void require(boolean holds, String what) {
      if (!holds) {
        throw new AssertionError(what);
      }
    }
  }
}

package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.RecordingFaults;
import io.vireo.bdev.RecordingListener;
import io.vireo.bdev.iobuf.Iobuf;
import io.vireo.reactor.ReactorOptions;
import io.vireo.reactor.SteppedReactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A ring on a reactor stepped by hand, disks that misbehave, and what the reactor was told. */
abstract class RingFixture {
  static final int BLOCK = 4096;
  static final int BLOCKS = 256;

  final RecordingFaults reported = new RecordingFaults();
  final List<String> faults = reported.faults();
  final SteppedReactor stepped = new SteppedReactor(ReactorOptions.POLL, reported);
  final BdevRegistry registry = new BdevRegistry();
  final List<ChannelDriver> drivers = new ArrayList<>();
  final List<Path> files = new ArrayList<>();
  UringRings rings = UringRings.of("rings", new Iobuf(1));

  @AfterEach
  void close() throws IOException {
    registry.all().forEach(bdev -> registry.unregister(bdev.name()));
    assertThat(rings.size()).isZero();
    drivers.forEach(ChannelDriver::close);
    stepped.close();
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }

  Path file() throws IOException {
    Path path = TestFiles.inMemory();
    files.add(path);
    TestFiles.resize(path, (long) BLOCK * BLOCKS);
    return path;
  }

  static BackingFile open(Path path) {
    return BackingFile.open(path.toString(), BLOCK, BackingFile.Caching.BUFFERED);
  }

  /** As if this descriptor were that of a file which passed all looks. */
  static BackingFile pretending(int fd) {
    return new BackingFile(
        "made up",
        fd,
        (long) BLOCK * BLOCKS,
        false,
        false,
        IoAlignment.NONE,
        BdevGeometry.of(BLOCK),
        true);
  }

  BdevChannel channel(String name, BackingFile file) {
    registry.register(new UringBdev(name, Bdev.uuidOf(null), file, rings));
    return registry.open(name, true, new RecordingListener()).channel(stepped.reactor());
  }

  ChannelDriver driver(BdevChannel channel, int depth) {
    ChannelDriver driver = new ChannelDriver(stepped, channel, depth, 4 * BLOCK);
    drivers.add(driver);
    return driver;
  }

  /** How many descriptors this process has open. */
  static int descriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return (int) open.count();
    }
  }
}

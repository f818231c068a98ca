package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.require;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** What the kernel's driver and ours tell each other by way of a disk. */
final class KernelData {
  /** Behind what the other checks write to. */
  static final long OFFSET = 32L << 20;

  private static final int BYTES = 4 << 20;

  private final Supplier<Path> disk;

  /**
   * @param disk which it is; the kernel may give it another name each time that it takes it
   */
  KernelData(Supplier<Path> disk) {
    this.disk = disk;
  }

  static byte[] kernels() {
    return random(1);
  }

  static byte[] ours() {
    return random(2);
  }

  private static byte[] random(int seed) {
    byte[] bytes = new byte[BYTES];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /** The kernel's driver writes for us. */
  Object write() throws IOException {
    try (FileChannel channel = FileChannel.open(disk.get(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(kernels()), OFFSET);
      channel.force(true);
    }
    return BYTES + " bytes";
  }

  /** And reads what we wrote there. */
  Object readOurs() throws IOException {
    ByteBuffer read = ByteBuffer.allocate(BYTES);
    try (FileChannel channel = FileChannel.open(disk.get(), StandardOpenOption.READ)) {
      channel.read(read, OFFSET);
    }
    int difference = Arrays.mismatch(read.array(), ours());
    require(difference < 0, "differs at " + difference);
    return BYTES + " bytes";
  }
}

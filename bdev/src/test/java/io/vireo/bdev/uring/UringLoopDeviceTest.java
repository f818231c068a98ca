package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * On a block device with blocks of 4096 bytes: a loop device, where the system lets us make one.
 */
class UringLoopDeviceTest extends UringContract {
  private static final long BYTES = 16 << 20;
  private static Path image;
  private static String device = "";

  @BeforeAll
  static void attach() throws Exception {
    image = TestFiles.onDisk();
    TestFiles.resize(image, BYTES);
    device = losetup("--find", "--show", "--sector-size", "4096", image.toString());
    Assumptions.assumeTrue(device.startsWith("/dev/loop"), "losetup makes no device: " + device);
  }

  @AfterAll
  static void detach() throws Exception {
    if (device.startsWith("/dev/loop")) {
      losetup("--detach", device);
    }
    Files.delete(image);
  }

  private static String losetup(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = "losetup";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }

  @Override
  protected Bdev create(String name, long sizeBytes) throws IOException {
    assertThat(sizeBytes).isEqualTo(BYTES);
    return new UringBdev(name, Bdev.uuidOf(null), open(Path.of(device)), rings);
  }

  /** The device stays, empty for the next test. */
  @Override
  @AfterEach
  void delete() throws IOException {
    Files.write(image, new byte[(int) BYTES]);
  }

  @Override
  Path file() {
    throw new UnsupportedOperationException("a device is not made anew");
  }

  @Override
  BackingFile open(Path file) {
    return BackingFile.open(file.toString(), 0, BackingFile.Caching.DIRECT);
  }

  @Test
  void its_logical_block_is_the_default_and_the_least() {
    try (BackingFile file = BackingFile.open(device, 0, BackingFile.Caching.DIRECT)) {
      assertThat(file.geometry().blockBytes()).isEqualTo(4096);
      assertThat(file.sizeBytes()).isEqualTo(BYTES);
      assertThat(file.direct()).isTrue();
    }
    assertThat(
            catchThrowableOfType(
                BdevException.class,
                () -> BackingFile.open(device, 512, BackingFile.Caching.DIRECT)))
        .hasMessage("block size 512 is smaller than the logical block 4096 of " + device);
  }
}

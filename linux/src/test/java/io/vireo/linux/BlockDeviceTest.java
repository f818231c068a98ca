package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BlockDeviceTest {
  private static final Path SYS_BLOCK = Path.of("/sys/block");

  @Test
  void the_devices_of_this_machine_are_told_as_sysfs_tells_them() throws IOException {
    int opened = 0;
    try (DirectoryStream<Path> devices = Files.newDirectoryStream(SYS_BLOCK)) {
      for (Path sys : devices) {
        opened += compare(sys) ? 1 : 0;
      }
    }
    assumeThat(opened).as("block devices that can be opened").isPositive();
  }

  /** False when the device cannot be opened: no medium, or forbidden to this container. */
  private static boolean compare(Path sys) throws IOException {
    int fd;
    try {
      fd = Libc.open("/dev/" + sys.getFileName(), Libc.O_RDONLY | Libc.O_NONBLOCK, 0);
    } catch (ErrnoException e) {
      return false;
    }
    try {
      assertThat(FileStat.of(fd).isBlockDevice()).isTrue();
      assertThat(BlockDevice.sizeBytes(fd)).isEqualTo(number(sys, "size") * 512);
      assertThat(BlockDevice.readOnly(fd)).isEqualTo(number(sys, "ro") != 0);
      assertThat(BlockDevice.logicalBlockBytes(fd))
          .isEqualTo((int) number(sys, "queue/logical_block_size"));
      assertThat(BlockDevice.physicalBlockBytes(fd))
          .isEqualTo((int) number(sys, "queue/physical_block_size"));
      assertThat(BlockDevice.optimalIoBytes(fd))
          .isEqualTo((int) number(sys, "queue/optimal_io_size"));
    } finally {
      Libc.close(fd);
    }
    return true;
  }

  @Test
  void what_is_no_block_device_is_told() {
    int fd = Libc.memfdCreate("no-disk", 0);
    assertThatThrownBy(() -> BlockDevice.sizeBytes(fd))
        .hasMessage(
            "ioctl BLKGETSIZE64 of descriptor " + fd + ": Inappropriate ioctl for device (ENOTTY)");
    Libc.close(fd);
  }

  private static long number(Path sys, String attribute) throws IOException {
    return Long.parseLong(Files.readString(sys.resolve(attribute)).strip());
  }
}

package io.vireo.linux.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disks behind a function, and who uses them. */
class DiskUseTest {
  private static final PciAddress ADDRESS = PciAddress.parse("0000:01:00.0");

  @TempDir Path root;
  private SysfsTree tree;
  private Path nvme;
  private PciBus bus;

  @BeforeEach
  void machine() throws IOException {
    tree = new SysfsTree(root);
    tree.driver("nvme", "0x010802");
    tree.driver("vfio-pci", "none");
    nvme = tree.function("0000:01:00.0", "0x010802");
    tree.link(nvme.resolve("driver"), "../../drivers/nvme");
    bus = tree.bus();
  }

  @Test
  void every_use_of_a_disk_is_seen() throws IOException {
    Path disk = nvme.resolve("nvme/nvme0/nvme0n1");
    disk("259:0", disk);
    partition("259:1", disk.resolve("nvme0n1p1"));
    partition("259:2", disk.resolve("nvme0n1p2"));
    partition("259:3", disk.resolve("nvme0n1p3"));
    // btrfs has a number of its own.
    tree.write(
        "proc/self/mountinfo",
        """
        31 22 0:45 / /data rw shared:1 - btrfs /dev/nvme0n1p1 rw
        32 22 0:46 / /other rw - btrfs /dev/nvme0n1p10 rw
        short line
        """);
    tree.write("proc/swaps", "Filename\n/dev/nvme0n1p2 partition 1 0 -2\n/dev/nvme0n1p20 x\n");
    Files.createDirectories(disk.resolve("nvme0n1p3/holders/dm-0"));
    assertThat(bus.users(ADDRESS))
        .containsExactly(
            "nvme0n1p1 is mounted at /data", "nvme0n1p2 is swap", "nvme0n1p3 is part of dm-0");
  }

  @Test
  void the_disks_of_a_subsystem_are_those_of_its_controllers() throws IOException {
    // With multipath the disk hangs below the subsystem; the controller's own is hidden.
    Files.createDirectories(nvme.resolve("nvme/nvme0/nvme0c0n1"));
    Path subsystem = root.resolve("sys/class/nvme-subsystem/nvme-subsys0");
    disk("259:7", subsystem.resolve("nvme0n1"));
    Files.createDirectories(subsystem.resolve("nvme0"));
    disk("259:8", root.resolve("sys/class/nvme-subsystem/nvme-subsys1/nvme1n1"));
    tree.write(
        "proc/self/mountinfo",
        """
        30 22 259:7 / /a rw - xfs /dev/x rw
        31 22 259:8 / /b rw - xfs /dev/y rw
        """);
    assertThat(bus.users(ADDRESS)).containsExactly("nvme0n1 is mounted at /a");
  }

  @Test
  void nothing_is_taken_from_a_disk_in_use() throws IOException {
    Path disk = nvme.resolve("nvme/nvme0/nvme0n1");
    disk("259:0", disk);
    partition("259:1", disk.resolve("nvme0n1p1"));
    tree.write("proc/self/mountinfo", "30 22 259:1 / /home rw - ext4 /dev/nvme0n1p1 rw\n");
    assertThatThrownBy(() -> bus.bind(ADDRESS, "vfio-pci"))
        .isInstanceOf(PciException.class)
        .hasMessage("0000:01:00.0 is in use: nvme0n1p1 is mounted at /home");
    assertThat(tree.stores).isEmpty();
    tree.write("proc/self/mountinfo", "");
    bus.bind(ADDRESS, "vfio-pci");
  }

  @Test
  void disks_and_drivers_are_named() throws IOException {
    disk("259:0", nvme.resolve("nvme/nvme0/nvme0n1"));
    disk("259:1", nvme.resolve("nvme/nvme0/nvme0n2"));
    assertThat(bus.disks(ADDRESS)).containsExactly("nvme0n1", "nvme0n2");
    assertThat(bus.hasDriver("vfio-pci")).isTrue();
    assertThat(bus.hasDriver("uio_pci_generic")).isFalse();
  }

  private static void disk(String number, Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("dev"), number + "\n");
    Files.writeString(directory.resolve("size"), "1024\n");
  }

  private static void partition(String number, Path directory) throws IOException {
    disk(number, directory);
    Files.writeString(directory.resolve("partition"), "1\n");
  }
}

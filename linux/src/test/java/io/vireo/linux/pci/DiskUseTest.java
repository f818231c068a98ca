package io.vireo.linux.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    tree = SysfsTree.withDrive(root, ADDRESS);
    bus = tree.bus();
    nvme = bus.directory(ADDRESS);
  }

  @Test
  void every_use_of_a_disk_is_seen() throws IOException {
    Path disk = nvme.resolve("nvme/nvme0/nvme0n1");
    tree.disk("259:0", disk);
    tree.partition("259:1", disk.resolve("nvme0n1p1"));
    tree.partition("259:2", disk.resolve("nvme0n1p2"));
    tree.partition("259:3", disk.resolve("nvme0n1p3"));
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
    tree.disk("259:7", subsystem.resolve("nvme0n1"));
    Files.createDirectories(subsystem.resolve("nvme0"));
    tree.disk("259:8", root.resolve("sys/class/nvme-subsystem/nvme-subsys1/nvme1n1"));
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
    tree.disk("259:0", disk);
    tree.partition("259:1", disk.resolve("nvme0n1p1"));
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
    tree.disk("259:0", nvme.resolve("nvme/nvme0/nvme0n1"));
    tree.disk("259:1", nvme.resolve("nvme/nvme0/nvme0n2"));
    assertThat(bus.disks(ADDRESS)).containsExactly("nvme0n1", "nvme0n2");
    assertThat(bus.hasDriver("vfio-pci")).isTrue();
    assertThat(bus.hasDriver("uio_pci_generic")).isFalse();
  }

  /** The kernel lets somebody have a loop device over a disk without a claim on it. */
  @Test
  void a_disk_below_a_loop_device_is_in_use() throws IOException {
    Path disk = nvme.resolve("nvme/nvme0/nvme0n1");
    tree.disk("259:0", disk);
    tree.partition("259:1", disk.resolve("nvme0n1p1"));
    Files.createDirectories(root.resolve("sys/block/loop0"));
    tree.write("sys/block/loop1/loop/backing_file", "/dev/nvme0n1p10\n");
    tree.write("sys/block/loop2/loop/backing_file", "/srv/disk.img\n");
    assertThat(bus.users(ADDRESS)).isEmpty();
    tree.write("sys/block/loop3/loop/backing_file", "/dev/nvme0n1p1\n");
    assertThat(bus.users(ADDRESS)).containsExactly("nvme0n1p1 is part of loop3");
  }

  @Test
  void a_program_that_has_a_disk_or_a_partition_open_keeps_it() throws IOException {
    Path disk = nvme.resolve("nvme/nvme0/nvme0n1");
    tree.disk("259:0", disk);
    tree.partition("259:1", disk.resolve("nvme0n1p1"));
    tree.open(9000101, "qemu", "dev/nvme0n1");
    tree.open(9000102, "postgres", "dev/nvme0n1p1");
    tree.open(9000103, "other", "dev/nvme0n2");
    tree.write("sys/bus/pci/devices/0000:01:00.0/nvme/nvme0/ng0n1/dev", "240:0\n");
    tree.open(9000104, "rocksdb", "dev/ng0n1");
    assertThatThrownBy(() -> bus.bind(ADDRESS, "vfio-pci"))
        .hasMessage(
            "0000:01:00.0 is in use: qemu (process 9000101) has nvme0n1 open, "
                + "postgres (process 9000102) has nvme0n1p1 open, "
                + "rocksdb (process 9000104) has ng0n1 open");
    assertThat(bus.disks(ADDRESS)).containsExactly("nvme0n1");
    assertThat(tree.stores).isEmpty();
  }

  /** Such as in a container: whether the host has it mounted is then known to nobody here. */
  @Test
  void a_disk_without_a_file_is_not_taken() throws IOException {
    tree.disk("259:0", nvme.resolve("nvme/nvme0/nvme0n1"));
    Files.delete(root.resolve("dev/nvme0n1"));
    assertThatThrownBy(() -> bus.bind(ADDRESS, "vfio-pci"))
        .isInstanceOf(PciException.class)
        .hasMessage(
            "whether nvme0n1 is in use cannot be seen: there is no " + root + "/dev/nvme0n1");
    assertThat(tree.stores).isEmpty();
  }

  @Test
  void a_disk_that_cannot_be_opened_is_not_taken() throws IOException {
    tree.disk("259:0", nvme.resolve("nvme/nvme0/nvme0n1"));
    Path node = root.resolve("dev/nvme0n1");
    Files.delete(node);
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(node)); // open(2) answers ENXIO, as of a sick disk
      assertThatThrownBy(() -> bus.bind(ADDRESS, "vfio-pci"))
          .isInstanceOf(PciException.class)
          .hasMessage("whether nvme0n1 is in use cannot be seen: No such device or address");
    }
    assertThat(tree.stores).isEmpty();
  }

  @Test
  void a_disk_is_claimed_while_it_is_taken_and_no_longer() throws IOException {
    tree.disk("259:0", nvme.resolve("nvme/nvme0/nvme0n1"));
    tree.disk("259:1", nvme.resolve("nvme/nvme0/nvme0n2"));
    List<Long> open = new ArrayList<>();
    PciBus watched =
        new PciBus(
            root,
            (attribute, value) -> {
              open.add(openDisks());
              tree.store(attribute, value);
            },
            Duration.ofSeconds(10));
    watched.bind(ADDRESS, "vfio-pci");
    assertThat(open).containsExactly(2L, 0L, 0L); // unbind, override, probe
  }

  private long openDisks() throws IOException {
    long open = 0;
    for (Path descriptor : Sysfs.list(Path.of("/proc/self/fd"))) {
      try {
        open += Files.readSymbolicLink(descriptor).startsWith(root.resolve("dev")) ? 1 : 0;
      } catch (NoSuchFileException e) {
        // It was that of the listing.
      }
    }
    return open;
  }
}

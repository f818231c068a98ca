package io.vireo.daemon.pci;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.pci.SysfsTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** On a made-up machine; on a real one see qemu-scripts/nvme-guest. */
class PciCommandTest {
  @TempDir Path root;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> loaded = new ArrayList<>();
  private SysfsTree tree;

  @BeforeEach
  void machine() throws IOException {
    tree = new SysfsTree(root);
    tree.driver("nvme", "0x010802");
    tree.function("0000:00:1f.2", "0x010601");
    tree.disk("259:0", tree.controller("0000:01:00.0", "nvme", 12).resolve("nvme/nvme0/nvme0n1"));
    tree.disk("259:1", tree.controller("0000:02:00.0", "nvme", 13).resolve("nvme/nvme1/nvme1n1"));
    pool("node0", 2048, 64, 60);
    pool("node0", 1048576, 0, 0);
  }

  private void pool(String node, int kib, int total, int free) throws IOException {
    String pool = "sys/devices/system/node/%s/hugepages/hugepages-%dkB/".formatted(node, kib);
    tree.write(pool + "nr_hugepages", total + "\n");
    tree.write(pool + "free_hugepages", free + "\n");
  }

  private void mount() throws IOException {
    tree.write("proc/self/mountinfo", "30 22 259:1 / /home rw - ext4 /dev/nvme1n1 rw\n");
  }

  private String vfio(String name) {
    loaded.add(name);
    try {
      tree.driver(name, "none");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return "";
  }

  private int run(String arguments) {
    return run(this::vfio, arguments);
  }

  private int run(Modules modules, String arguments) {
    OptionSpec help = OptionSpec.builder("--help").usageHelp(true).build();
    CommandLine line = PciCommand.line(root, tree.bus(), modules, help);
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          command.getErr().println(e.getMessage());
          command.getErr().flush();
          return 1;
        });
    return line.execute(arguments.split(" ", -1));
  }

  @Test
  void status_shows_controllers_and_who_uses_them() throws IOException {
    mount();
    assertThat(run("status")).isZero();
    assertThat(out)
        .hasToString(
            """
            ADDRESS       ID         NODE  DRIVER  GROUP  DISKS    IN USE BY
            0000:01:00.0  144d:a80a  -     nvme    12     nvme0n1  -
            0000:02:00.0  144d:a80a  -     nvme    13     nvme1n1  nvme1n1 is mounted at /home

            IOMMU: on, 2 groups
            NODE  HUGE PAGE  RESERVED  FREE
            0     2 MiB      64        60
            0     1024 MiB   0         0
            """);
    assertThat(tree.stores()).isEmpty();
  }

  @Test
  void status_of_a_machine_that_has_nothing(@TempDir Path empty) throws IOException {
    tree = new SysfsTree(empty);
    root = empty;
    assertThat(run("status")).isZero();
    assertThat(out)
        .hasToString(
            """
            no NVMe controllers

            IOMMU: off; vfio-pci needs it (firmware; kernel of Intel machines: intel_iommu=on)
            NODE  HUGE PAGE  RESERVED  FREE
            """);
    assertThat(run("reset")).isZero();
    assertThat(out.toString()).endsWith("FREE\nno NVMe controllers\n");
  }

  @Test
  void bind_loads_the_driver_and_takes_each_controller_once() {
    assertThat(run("bind 01:00.0 0000:02:00.0 01:00.0")).isZero();
    assertThat(loaded).containsExactly("vfio-pci");
    assertThat(out).hasToString("0000:01:00.0: nvme -> vfio-pci\n0000:02:00.0: nvme -> vfio-pci\n");
    assertThat(err.toString()).isEmpty();
    tree.stores().clear();
    assertThat(run("bind 01:00.0")).isZero(); // again
    assertThat(tree.stores()).isEmpty();
    assertThat(loaded).hasSize(1);
  }

  @Test
  void reset_gives_all_back() {
    assertThat(run("bind 01:00.0 02:00.0")).isZero();
    out.getBuffer().setLength(0);
    assertThat(run("reset")).isZero();
    assertThat(out).hasToString("0000:01:00.0: vfio-pci -> nvme\n0000:02:00.0: vfio-pci -> nvme\n");
    tree.stores().clear();
    out.getBuffer().setLength(0);
    assertThat(run("reset")).isZero(); // again
    assertThat(run("reset 01:00.0")).isZero();
    assertThat(out).hasToString("nothing to give back\n".repeat(2));
    assertThat(tree.stores()).isEmpty();
  }

  @Test
  void reset_gives_back_what_is_named() throws IOException {
    assertThat(run("bind 01:00.0 02:00.0")).isZero();
    assertThat(run("reset 02:00.0")).isZero();
    assertThat(tree.bus().functions())
        .extracting(f -> f.driver().orElse("-"))
        .containsExactly("-", "vfio-pci", "nvme");
  }

  @Test
  void nothing_is_taken_when_one_is_in_use() throws IOException {
    mount();
    assertThat(run("bind 01:00.0 02:00.0")).isEqualTo(1);
    assertThat(err).hasToString("0000:02:00.0 is in use: nvme1n1 is mounted at /home\n");
    assertThat(tree.stores()).isEmpty();
    assertThat(loaded).isEmpty();
  }

  @Test
  void nothing_is_taken_when_one_is_something_else() {
    assertThat(run("bind 01:00.0 00:1f.2")).isEqualTo(1);
    assertThat(err)
        .hasToString("0000:00:1f.2 is no NVMe controller: its class is 010601, not 010802\n");
    assertThat(run("bind 01:00.0 77:00.0")).isEqualTo(1);
    assertThat(err.toString()).endsWith("there is no PCI function 0000:77:00.0\n");
    assertThat(run("reset 00:1f.2")).isEqualTo(1);
    assertThat(tree.stores()).isEmpty();
  }

  @Test
  void a_driver_that_cannot_be_loaded_is_told_with_what_modprobe_says() {
    String said = "modprobe: FATAL: Module vfio-pci not found.";
    assertThat(run(name -> said, "bind 01:00.0")).isEqualTo(1);
    assertThat(err)
        .hasToString(
            "driver vfio-pci is not loaded, and modprobe vfio-pci did not load it: " + said + "\n");
    assertThat(tree.stores()).isEmpty();
  }

  @Test
  void another_driver_may_be_named_but_not_any() {
    assertThat(run("bind 01:00.0 --driver uio_pci_generic")).isZero();
    assertThat(out).hasToString("0000:01:00.0: nvme -> uio_pci_generic\n");
    assertThat(run("bind --driver igb_uio 02:00.0")).isEqualTo(1);
    assertThat(err).hasToString("driver 'igb_uio' is neither vfio-pci nor uio_pci_generic\n");
  }

  @Test
  void a_group_that_the_kernel_still_has_a_part_of_is_told() throws IOException {
    tree.controller("0000:01:00.1", "nvme", 12);
    assertThat(run("bind 01:00.0")).isZero();
    assertThat(err)
        .hasToString(
            "0000:01:00.0 cannot be driven while the kernel has 0000:01:00.1 (nvme) of its IOMMU"
                + " group 12\n");
  }

  @Test
  void what_a_program_drives_stays_with_it_and_the_others_go_back() throws IOException {
    assertThat(run("bind 01:00.0 02:00.0")).isZero();
    tree.open(9004711, "qemu", "dev/vfio/12");
    out.getBuffer().setLength(0);
    assertThat(run("reset")).isEqualTo(1);
    assertThat(err)
        .hasToString("pci reset: 0000:01:00.0 is in use: qemu (process 9004711) drives it\n");
    assertThat(out).hasToString("0000:02:00.0: vfio-pci -> nvme\n");
  }

  @Test
  void what_cannot_be_seen_is_not_said_to_be_free() throws IOException {
    Files.delete(root.resolve("dev/nvme0n1"));
    assertThat(run("status")).isZero();
    assertThat(out.toString()).contains("nvme0n1  cannot be seen from here\n");
  }

  @Test
  void nothing_is_taken_when_one_is_behind_no_iommu() throws IOException {
    Files.delete(root.resolve("sys/bus/pci/devices/0000:02:00.0/iommu_group"));
    assertThat(run("bind 01:00.0 02:00.0")).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("driver vfio-pci cannot take 0000:02:00.0: it is in no IOMMU group");
    assertThat(tree.stores()).isEmpty();
    assertThat(loaded).isEmpty();
  }

  @Test
  void reset_loads_the_kernels_driver_and_tells_when_there_is_none(@TempDir Path other)
      throws IOException {
    tree = new SysfsTree(other);
    tree.driver("vfio-pci", "none");
    tree.controller("0000:03:00.0", "vfio-pci", 14);
    assertThat(run(name -> "no such module", "reset")).isEqualTo(1);
    assertThat(out).hasToString("0000:03:00.0: vfio-pci -> no driver\n");
    assertThat(err)
        .hasToString(
            "pci reset: the kernel has no driver for 0000:03:00.0; modprobe nvme: no such module\n");
    Modules nvme =
        name -> {
          loaded.add(name);
          try {
            tree.driver(name, "0x010802");
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          return "";
        };
    assertThat(run(nvme, "reset 03:00.0")).isZero();
    assertThat(loaded).containsExactly("nvme");
    assertThat(out.toString()).endsWith("0000:03:00.0: no driver -> nvme\n");
  }
}

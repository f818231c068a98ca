package io.vireo.linux.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PciBusTest {
  private static final PciAddress ADDRESS = PciAddress.parse("0000:01:00.0");

  @TempDir Path root;
  private SysfsTree tree;
  private Path nvme;
  private PciBus bus;

  @BeforeEach
  void machine() throws IOException {
    tree = SysfsTree.withDrive(root, ADDRESS);
    tree.function("0000:00:1f.2", "0x010601");
    bus = tree.bus();
    nvme = bus.directory(ADDRESS);
  }

  private Optional<String> driver() throws IOException {
    return bus.function(ADDRESS).orElseThrow().driver();
  }

  @Test
  void functions_are_as_sysfs_shows_them() throws IOException {
    PciFunction expected =
        new PciFunction(
            ADDRESS,
            0x010802,
            0x144d,
            0xa80a,
            0x144d,
            0xa801,
            OptionalInt.empty(),
            Optional.of("nvme"),
            OptionalInt.of(12));
    assertThat(bus.function(ADDRESS)).contains(expected);
    assertThat(expected.isNvme()).isTrue();
    assertThat(bus.functions())
        .extracting(function -> function.address().toString())
        .containsExactly("0000:00:1f.2", "0000:01:00.0");
    PciFunction sata = bus.functions().getFirst();
    assertThat(sata.isNvme()).isFalse();
    assertThat(sata.driver()).isEmpty();
    assertThat(sata.iommuGroup()).isEmpty();
  }

  @Test
  void a_numa_node_is_told_when_there_is_one() throws IOException {
    Files.writeString(nvme.resolve("numa_node"), "1\n");
    assertThat(bus.function(ADDRESS).orElseThrow().numaNode()).hasValue(1);
    Files.delete(nvme.resolve("numa_node"));
    assertThat(bus.function(ADDRESS).orElseThrow().numaNode()).isEmpty();
  }

  @Test
  void a_machine_without_pci_has_no_functions(@TempDir Path empty) throws IOException {
    assertThat(new PciBus(empty).functions()).isEmpty();
    assertThat(new PciBus(empty).function(ADDRESS)).isEmpty();
  }

  @Test
  void a_function_that_goes_while_it_is_read_is_not_there() throws IOException {
    Files.delete(nvme.resolve("device"));
    assertThat(bus.function(ADDRESS)).isEmpty();
    assertThat(bus.functions()).hasSize(1);
  }

  @Test
  void what_is_no_number_is_told() throws IOException {
    for (String text : new String[] {"", "0x", "class", "0x1ffffffff", "1 2"}) {
      Files.writeString(nvme.resolve("class"), text);
      assertThatThrownBy(() -> bus.function(ADDRESS))
          .isInstanceOf(IOException.class)
          .hasMessage(nvme + "/class is \"" + text + "\", not a number");
    }
  }

  @Test
  void a_group_that_is_no_number_is_told() throws IOException {
    Files.delete(nvme.resolve("iommu_group"));
    tree.link(nvme.resolve("iommu_group"), "../groups/twelve");
    assertThatThrownBy(() -> bus.function(ADDRESS))
        .hasMessage(nvme + "/iommu_group is \"twelve\", not a number");
  }

  @Test
  void a_function_goes_to_vfio_and_back() throws IOException {
    bus.bind(ADDRESS, "vfio-pci");
    assertThat(driver()).contains("vfio-pci");
    assertThat(tree.stores)
        .containsExactly(
            "sys/bus/pci/drivers/nvme/unbind=0000:01:00.0",
            "sys/bus/pci/devices/0000:01:00.0/driver_override=vfio-pci",
            "sys/bus/pci/drivers_probe=0000:01:00.0");
    tree.stores.clear();
    bus.bind(ADDRESS, "vfio-pci");
    assertThat(tree.stores).isEmpty();
    bus.release(ADDRESS);
    assertThat(driver()).contains("nvme");
    assertThat(tree.stores)
        .containsExactly(
            "sys/bus/pci/drivers/vfio-pci/unbind=0000:01:00.0",
            "sys/bus/pci/devices/0000:01:00.0/driver_override=\\n",
            "sys/bus/pci/drivers_probe=0000:01:00.0");
  }

  @Test
  void a_function_that_has_just_come_gets_its_driver_when_the_kernel_is_ready() throws IOException {
    PciAddress fresh = PciAddress.parse("0000:02:00.0");
    Path directory = tree.function(fresh.toString(), "0x010802");
    tree.link(directory.resolve("iommu_group"), "../../../kernel/iommu_groups/13");
    tree.early = 3;
    bus.bind(fresh, "vfio-pci");
    assertThat(bus.function(fresh).orElseThrow().driver()).contains("vfio-pci");
    assertThat(tree.stores.stream().filter(store -> store.contains("drivers_probe"))).hasSize(4);
  }

  @Test
  void a_driver_that_does_not_take_it_leaves_it_with_the_one_before() throws IOException {
    tree.refusing.add("vfio-pci");
    assertThatThrownBy(() -> bus.bind(ADDRESS, "vfio-pci"))
        .isInstanceOf(PciException.class)
        .hasMessage(
            "driver vfio-pci does not take 0000:01:00.0; the kernel's log (dmesg) may tell why");
    assertThat(driver()).contains("nvme");
  }

  @Test
  void without_an_iommu_vfio_is_refused_before_anything_is_done() throws IOException {
    Files.delete(nvme.resolve("iommu_group"));
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> bus.bind(ADDRESS, "vfio-pci"), () -> bus.requireBindable(ADDRESS, "vfio-pci"))) {
      assertThatThrownBy(call)
          .isInstanceOf(PciException.class)
          .hasMessage(
              "driver vfio-pci cannot take 0000:01:00.0: it is in no IOMMU group, so the IOMMU is"
                  + " off in the firmware or in the kernel (of Intel machines: intel_iommu=on)");
    }
    assertThat(tree.stores).isEmpty();
    bus.requireBindable(ADDRESS, "uio_pci_generic");
  }

  @Test
  void a_driver_before_that_the_kernel_would_not_choose_gets_it_back() throws IOException {
    tree.driver("uio_pci_generic", "none");
    bus.bind(ADDRESS, "uio_pci_generic");
    tree.refusing.add("vfio-pci");
    tree.refusing.add("nvme");
    assertThatThrownBy(() -> bus.bind(ADDRESS, "vfio-pci")).isInstanceOf(PciException.class);
    assertThat(driver()).contains("uio_pci_generic");
  }

  @Test
  void a_driver_that_is_not_loaded_is_told_before_anything_is_done() {
    assertThatThrownBy(() -> bus.bind(ADDRESS, "igb_uio"))
        .hasMessage("driver igb_uio is not loaded: modprobe igb_uio");
    assertThat(tree.stores).isEmpty();
  }

  @Test
  void a_function_that_is_not_there_is_told() {
    PciAddress nowhere = PciAddress.parse("7f:00.0");
    assertThatThrownBy(() -> bus.bind(nowhere, "vfio-pci"))
        .isInstanceOf(PciException.class)
        .hasMessage("there is no PCI function 0000:7f:00.0");
    assertThatThrownBy(() -> bus.release(nowhere))
        .hasMessage("there is no PCI function 0000:7f:00.0");
  }

  @Test
  void the_functions_of_a_group_are_found() throws IOException {
    Path other = tree.function("0000:01:00.1", "0x010802");
    tree.link(other.resolve("iommu_group"), "../../../kernel/iommu_groups/12");
    assertThat(bus.group(12))
        .extracting(function -> function.address().toString())
        .containsExactly("0000:01:00.0", "0000:01:00.1");
    assertThat(bus.group(13)).isEmpty();
  }

  @Test
  void what_the_kernel_has_of_a_group_is_told() throws IOException {
    String[] drivers = {"nvme", "vfio-pci", "pcieport", "pci-stub"};
    for (int i = 0; i < drivers.length; i++) {
      Path other = tree.function("0000:02:00." + i, "0x010802");
      tree.link(other.resolve("iommu_group"), "../../../kernel/iommu_groups/13");
      tree.link(other.resolve("driver"), "../../drivers/" + drivers[i]);
    }
    Path free = tree.function("0000:02:00.7", "0x010802");
    tree.link(free.resolve("iommu_group"), "../../../kernel/iommu_groups/13");
    assertThat(bus.kernelOwned(13)).containsExactly("0000:02:00.0 (nvme)");
    assertThat(bus.kernelOwned(14)).isEmpty();
  }

  @Test
  void a_program_that_drives_a_function_keeps_it() throws IOException {
    bus.bind(ADDRESS, "vfio-pci");
    Files.createDirectories(nvme.resolve("vfio-dev/vfio3"));
    tree.open(9000100, "other", "dev/vfio/13");
    tree.open(9000101, "qemu", "dev/vfio/12");
    tree.open(9000102, "vireo", "dev/vfio/devices/vfio3");
    tree.open(9000103, "vireo", "sys/bus/pci/devices/0000:01:00.0");
    Files.createDirectories(nvme.resolve("uio/uio4"));
    tree.open(9000105, "spdk", "dev/uio4");
    tree.open(9000106, "other", "dev/uio5");
    Files.createFile(root.resolve("proc/9000103/fd/3")); // stands for one that cannot be read
    tree.write("proc/9000104/comm", "no descriptors are shown of this one\n");
    tree.stores.clear();
    assertThat(bus.users(ADDRESS))
        .containsExactly(
            "qemu (process 9000101) drives it",
            "vireo (process 9000102) drives it",
            "vireo (process 9000103) drives it",
            "spdk (process 9000105) drives it");
    assertThatThrownBy(() -> bus.release(ADDRESS))
        .isInstanceOf(PciException.class)
        .hasMessageStartingWith("0000:01:00.0 is in use: qemu (process 9000101) drives it, ");
    assertThat(tree.stores).isEmpty();
    assertThat(driver()).contains("vfio-pci");
  }

  @Test
  void a_driver_that_does_not_let_go_is_not_waited_for_without_end() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Sysfs.Store blocking =
        (attribute, value) -> {
          try {
            end.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        };
    PciBus stuck = new PciBus(root, blocking, Duration.ofMillis(1));
    try {
      assertThatThrownBy(() -> stuck.unbind(ADDRESS))
          .isInstanceOf(PciException.class)
          .hasMessage(
              "driver nvme has not let go of 0000:01:00.0 within 0 s: a program has it open; when"
                  + " that ends, it has no driver");
    } finally {
      end.countDown();
    }
  }

  @Test
  void what_the_kernel_refuses_is_told() {
    Sysfs.Store refusing =
        (attribute, value) -> {
          throw new IOException("Permission denied");
        };
    PciBus forbidden = new PciBus(root, refusing, Duration.ofSeconds(10));
    assertThatThrownBy(() -> forbidden.unbind(ADDRESS))
        .isInstanceOf(IOException.class)
        .hasMessage("Permission denied");
  }

  @Test
  void a_function_can_be_left_without_a_driver() throws IOException {
    bus.unbind(ADDRESS);
    assertThat(driver()).isEmpty();
    bus.unbind(ADDRESS);
    assertThat(tree.stores).containsExactly("sys/bus/pci/drivers/nvme/unbind=0000:01:00.0");
    bus.release(ADDRESS);
    assertThat(driver()).contains("nvme");
  }
}

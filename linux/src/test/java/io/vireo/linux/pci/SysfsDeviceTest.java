package io.vireo.linux.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.EventFd;
import io.vireo.linux.Mem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a made-up sysfs; on a real one see qemu-scripts/nvme-guest. */
class SysfsDeviceTest {
  private static final PciAddress ADDRESS = PciAddress.parse("0000:01:00.0");
  private static final int BAR_BYTES = 0x4000;

  @TempDir Path root;
  private SysfsTree tree;
  private Path nvme;

  @BeforeEach
  void machine() throws IOException {
    tree = new SysfsTree(root);
    tree.driver("nvme", "0x010802");
    tree.driver("uio_pci_generic", "none");
    nvme = tree.function("0000:01:00.0", "0x010802");
    Files.write(nvme.resolve("config"), new byte[256]);
    Files.write(nvme.resolve("resource0"), new byte[BAR_BYTES]);
    Files.writeString(nvme.resolve("enable"), "0\n");
    Files.writeString(nvme.resolve("reset"), "0");
    String none = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";
    Files.writeString(
        nvme.resolve("resource"),
        "0x00000000febd4000 0x00000000febd7fff 0x0000000000140204\n"
            + none
            + "0x0000000000006060 0x000000000000607f 0x0000000000040101\n"
            + "0x00000000febd8000 0x00000000febd80ff 0x0000000000040200\n"
            + none.repeat(9));
  }

  private SysfsDevice open() throws IOException {
    return SysfsDevice.open(root, ADDRESS, false);
  }

  private String file(String name) throws IOException {
    return Files.readString(nvme.resolve(name));
  }

  @Test
  void a_function_without_a_driver_is_switched_on_and_off() throws IOException {
    SysfsDevice device = open();
    assertThat(file("enable")).startsWith("1");
    assertThat(file("reset")).isEqualTo("1");
    Files.writeString(nvme.resolve("reset"), "0");
    device.config().enable();
    device.close();
    assertThat(file("enable")).startsWith("0");
    assertThat(file("reset")).isEqualTo("1");
    assertThat(Files.readAllBytes(nvme.resolve("config"))[PciConfig.COMMAND])
        .isEqualTo((byte) PciConfig.COMMAND_MEMORY); // no DMA goes on
    device.close();
  }

  @Test
  void uio_switches_its_function_on_itself() throws IOException {
    tree.link(nvme.resolve("driver"), "../../drivers/uio_pci_generic");
    open().close();
    assertThat(file("enable")).isEqualTo("0\n");
  }

  @Test
  void a_bar_and_configuration_space_are_files() throws IOException {
    try (SysfsDevice device = open();
        MappedBar bar = device.mapBar(0)) {
      assertThat(device.address()).isEqualTo(ADDRESS);
      assertThat(device.barBytes(0)).isEqualTo(BAR_BYTES);
      assertThat(bar.mappedBytes(0)).isEqualTo(BAR_BYTES);
      Mem.putRegister32(bar.address() + 0x1000, 0x01020304);
      device.config().write16(PciConfig.COMMAND, 0x0506);
      assertThat(device.config().read16(PciConfig.COMMAND)).isEqualTo(0x0506);
    }
    assertThat(Files.readAllBytes(nvme.resolve("resource0"))).startsWith(new byte[0x1000]);
    assertThat(Files.readAllBytes(nvme.resolve("resource0"))[0x1003]).isEqualTo((byte) 1);
  }

  @Test
  void what_cannot_be_mapped_is_told() throws IOException {
    try (SysfsDevice device = open()) {
      assertThatThrownBy(() -> device.mapBar(1)).hasMessage("0000:01:00.0 has no BAR 1");
      for (int bar : new int[] {2, 3}) {
        assertThatThrownBy(() -> device.mapBar(bar))
            .hasMessage(
                "BAR %d of 0000:01:00.0 cannot be mapped: it is not memory, or shorter than a page"
                    .formatted(bar));
      }
      assertThatThrownBy(() -> device.mapBar(6)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void there_are_no_interrupts_and_nobody_asks() throws IOException {
    try (SysfsDevice device = open();
        EventFd event = EventFd.create()) {
      assertThat(device.msixVectors()).isZero();
      assertThat(device.onRequest(event)).isFalse();
      device.disableMsix();
      assertThatThrownBy(() -> device.enableMsix(List.of(event)))
          .hasMessage("1 eventfds for the 0 vectors of 0000:01:00.0, which is driven without VFIO");
    }
  }

  @Test
  void a_function_without_a_reset_is_opened_all_the_same() throws IOException {
    Files.delete(nvme.resolve("reset"));
    try (SysfsDevice device = open()) {
      assertThat(device.resettable()).isFalse();
      assertThatThrownBy(device::reset)
          .isInstanceOf(PciException.class)
          .hasMessageStartingWith("0000:01:00.0 cannot be reset");
    }
  }

  @Test
  void a_function_of_a_driver_of_the_kernel_is_refused() throws IOException {
    tree.link(nvme.resolve("driver"), "../../drivers/nvme");
    assertThatThrownBy(this::open)
        .isInstanceOf(PciException.class)
        .hasMessage("0000:01:00.0 is bound to nvme; give it to no driver or to uio_pci_generic");
    assertThat(file("enable")).isEqualTo("0\n");
  }

  @Test
  void a_function_that_vfio_could_have_is_refused_unless_told() throws IOException {
    tree.link(nvme.resolve("iommu_group"), "../../../kernel/iommu_groups/12");
    assertThatThrownBy(this::open)
        .isInstanceOf(PciException.class)
        .hasMessage(
            "0000:01:00.0 is behind an IOMMU (group 12): bind it to vfio-pci, which is safe");
    SysfsDevice.open(root, ADDRESS, true).close();
  }

  @Test
  void a_function_that_is_not_there_is_told() {
    assertThatThrownBy(() -> SysfsDevice.open(root, PciAddress.parse("7f:00.0"), false))
        .hasMessage("there is no PCI function 0000:7f:00.0");
  }

  @Test
  void only_one_drives_a_function_and_nobody_takes_it_meanwhile() throws IOException {
    PciBus bus = tree.bus();
    try (SysfsDevice device = open()) {
      assertThat(device.resettable()).isTrue();
      assertThatThrownBy(this::open)
          .isInstanceOf(PciException.class)
          .hasMessage("0000:01:00.0 is in use, by another program or by this one");
      assertThatThrownBy(() -> bus.bind(ADDRESS, "nvme"))
          .hasMessage("0000:01:00.0 is in use: a program that cannot be seen from here drives it");
    }
    bus.bind(ADDRESS, "nvme");
  }

  @Test
  void a_refused_open_leaves_nothing_locked() throws IOException {
    Files.delete(nvme.resolve("config"));
    assertThatThrownBy(this::open).hasMessageContaining("config");
    Files.write(nvme.resolve("config"), new byte[256]);
    open().close();
    assertThat(file("enable")).startsWith("0");
  }
}

package io.vireo.nvme.pcie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vireo.linux.Errno;
import io.vireo.linux.Mem;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciException;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.nvme.spec.Registers;
import io.vireo.nvme.transport.IovaMap;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a made-up /sys and /proc; on real controllers see qemu-scripts/nvme-guest. */
class DmaDomainTest {
  private static final PciAddress ADDRESS = PciAddress.parse("0000:01:00.0");
  private static final int ENTRY_BYTES = 2 << 20;

  @TempDir Path root;
  private Path nvme;
  private MemoryRegistry registry;
  private DmaDomain domain;

  @BeforeEach
  void machine() throws IOException {
    Files.createDirectories(root.resolve("proc/self"));
    Files.createFile(root.resolve("proc/self/pagemap"));
    Files.createFile(root.resolve("proc/kpageflags"));
    nvme = function("0000:01:00.0", "0x010802", 0x4000);
    registry = new MemoryRegistry();
    domain = new DmaDomain(root, registry);
  }

  @AfterEach
  void close() {
    domain.close();
  }

  private Path function(String address, String classCode, int barBytes) throws IOException {
    Path directory = root.resolve("sys/bus/pci/devices/" + address);
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("class"), classCode);
    for (String number :
        new String[] {"vendor", "device", "subsystem_vendor", "subsystem_device"}) {
      Files.writeString(directory.resolve(number), "0x144d\n");
    }
    Files.write(directory.resolve("config"), new byte[256]);
    Files.writeString(directory.resolve("enable"), "0");
    Files.writeString(directory.resolve("reset"), "0");
    Files.write(directory.resolve("resource0"), new byte[barBytes]);
    Files.writeString(
        directory.resolve("resource"),
        "0x%016x 0x%016x 0x0000000000140204\n".formatted(0xfebd4000, 0xfebd4000 + barBytes - 1));
    return directory;
  }

  private void driver(String name) throws IOException {
    Path driver = root.resolve("sys/bus/pci/drivers/" + name);
    Files.createDirectories(driver);
    Files.createSymbolicLink(nvme.resolve("driver"), driver);
  }

  private void group(int number) throws IOException {
    Files.createSymbolicLink(nvme.resolve("iommu_group"), Path.of("../groups/" + number));
  }

  private void refused(Access access, String sentence) {
    assertThatThrownBy(() -> domain.attach(ADDRESS, access))
        .isInstanceOf(PciException.class)
        .hasMessage(sentence);
    assertThat(registry.regions()).isEmpty();
  }

  @Test
  void a_function_that_is_not_there_is_told() {
    assertThatThrownBy(() -> domain.attach(PciAddress.parse("7f:00.0"), Access.VFIO))
        .isInstanceOf(PciException.class)
        .hasMessage("there is no PCI function 0000:7f:00.0");
  }

  @Test
  void another_sort_of_device_is_told() throws IOException {
    function("0000:00:1f.2", "0x010601", 4096);
    assertThatThrownBy(() -> domain.attach(PciAddress.parse("00:1f.2"), Access.VFIO))
        .isInstanceOf(PciException.class)
        .hasMessage("0000:00:1f.2 is no NVMe controller: its class is 010601, not 010802");
  }

  @Test
  void what_vfio_does_not_have_is_told_how_to_give_it() throws IOException {
    group(7);
    refused(
        Access.VFIO,
        "0000:01:00.0 has no driver; bind it to vfio-pci: vireo pci bind 0000:01:00.0");
    driver("nvme");
    refused(
        Access.VFIO,
        "0000:01:00.0 is bound to nvme; bind it to vfio-pci: vireo pci bind 0000:01:00.0");
  }

  @Test
  void a_machine_without_an_iommu_is_told() throws IOException {
    driver("nvme"); // which vfio-pci would not take there
    refused(
        Access.VFIO,
        "0000:01:00.0 is in no IOMMU group: switch the IOMMU on, in the firmware and in the kernel"
            + " (of Intel machines: intel_iommu=on)");
  }

  @Test
  void who_asks_is_told_what_kind_of_refusal_it_is() throws IOException {
    function("0000:00:1f.2", "0x010601", 4096);
    assertThat(errno("7f:00.0")).as("not there").isEqualTo(Errno.ENODEV);
    assertThat(errno("00:1f.2")).as("another sort").isEqualTo(Errno.EINVAL);
    assertThat(errno("01:00.0")).as("no IOMMU").isEqualTo(Errno.EINVAL);
    try (PcieFunction taken = domain.attach(ADDRESS, Access.PHYSICAL)) {
      assertThat(errno(taken.address().toString())).as("attached").isEqualTo(Errno.EBUSY);
    }
    group(7);
    driver("nvme");
    assertThat(errno("01:00.0")).as("the kernel's").isEqualTo(Errno.EBUSY);
  }

  private int errno(String address) {
    return catchThrowableOfType(
            PciException.class, () -> domain.attach(PciAddress.parse(address), Access.VFIO))
        .errno();
  }

  @Test
  void a_mounted_disk_is_told() throws IOException {
    driver("nvme");
    Path disk = nvme.resolve("nvme/nvme0/nvme0n1");
    Files.createDirectories(disk);
    Files.writeString(disk.resolve("dev"), "259:0\n");
    Files.writeString(disk.resolve("size"), "1024\n");
    Files.writeString(
        root.resolve("proc/self/mountinfo"), "30 22 259:0 / /home rw - ext4 /dev/nvme0n1 rw\n");
    for (Access access : Access.values()) {
      refused(access, "0000:01:00.0 is in use: nvme0n1 is mounted at /home");
    }
  }

  @Test
  void a_function_of_another_program_is_told() throws IOException {
    driver("vfio-pci");
    group(12);
    Path process = root.resolve("proc/4711");
    Files.createDirectories(process.resolve("fd"));
    Files.writeString(process.resolve("comm"), "qemu\n");
    Files.createSymbolicLink(process.resolve("fd/9"), root.resolve("dev/vfio/12"));
    refused(Access.VFIO, "0000:01:00.0 is in use: qemu (process 4711) drives it");
  }

  @Test
  void physical_access_is_refused_where_there_is_an_iommu() throws IOException {
    group(12);
    refused(
        Access.PHYSICAL,
        "0000:01:00.0 is behind an IOMMU (group 12): bind it to vfio-pci, which is safe");
  }

  @Test
  void a_bar_without_room_for_doorbells_is_refused_and_the_function_free_again()
      throws IOException {
    nvme = function("0000:01:00.0", "0x010802", 4096);
    refused(
        Access.PHYSICAL,
        "only 4096 bytes of BAR 0 of 0000:01:00.0 can be mapped; registers and doorbells need 4104");
    Files.writeString(nvme.resolve("resource"), "0x0 0x0 0x0\n");
    refused(Access.PHYSICAL, "0000:01:00.0 has no BAR 0");
    assertThat(Files.readString(nvme.resolve("enable"))).isEqualTo("0");
    function("0000:01:00.0", "0x010802", 0x4000);
    domain.attach(ADDRESS, Access.PHYSICAL).close();
  }

  @Test
  void registers_are_reached_and_dma_allowed_while_it_is_attached() throws IOException {
    PcieFunction function = domain.attach(ADDRESS, Access.PHYSICAL);
    assertThat(function.address()).isEqualTo(ADDRESS);
    assertThat(function.access()).isEqualTo(Access.PHYSICAL);
    assertThat(function.msixVectors()).isZero();
    assertThat(function.wantedBack()).isFalse();
    assertThat(Files.readAllBytes(nvme.resolve("config"))[4]).isEqualTo((byte) 6);
    function.transport().set32(Registers.CC, 0x460001);
    assertThat(function.transport().get32(Registers.CC)).isEqualTo(0x460001);
    assertThatThrownBy(() -> domain.attach(ADDRESS, Access.VFIO))
        .hasMessage("0000:01:00.0 is attached already");
    assertThatThrownBy(domain::close).hasMessage("[0000:01:00.0] are still attached");
    function.close();
    function.close();
    assertThat(Files.readAllBytes(nvme.resolve("config"))[4]).isEqualTo((byte) 2);
    domain.attach(ADDRESS, Access.PHYSICAL).close();
  }

  @Test
  void a_bar_that_is_lost_reads_all_ones_and_the_function_is_given_back() throws IOException {
    PcieFunction function = domain.attach(ADDRESS, Access.PHYSICAL);
    try (RandomAccessFile bar = new RandomAccessFile(nvme.resolve("resource0").toFile(), "rw")) {
      bar.setLength(0);
    }
    assertThat(function.transport().get32(Registers.CSTS)).isEqualTo(Registers.GONE);
    function.transport().set32(Registers.CC, 0x460001);
    function.transport().set64(Registers.ASQ, 0x1000);
    assertThat(function.transport().get64(Registers.CAP)).isEqualTo(-1);
    function.close();
    assertThat(domain.attached()).isEmpty();
    assertThat(registry.regions()).isEmpty();
  }

  @Test
  void attached_functions_and_their_configuration_space_are_shown() throws IOException {
    assertThat(domain.attached()).isEmpty();
    try (PcieFunction function = domain.attach(ADDRESS, Access.PHYSICAL)) {
      assertThat(domain.attached()).containsExactly(function);
      assertThat(function.configuration()).hasSize(256).containsSubsequence(0, 0, 6, 0);
      byte[] extended = new byte[4096];
      Files.write(nvme.resolve("config"), extended);
      assertThat(function.configuration()).hasSize(256);
      extended[256] = 1;
      Files.write(nvme.resolve("config"), extended);
      assertThat(function.configuration()).isEqualTo(extended);
    }
    assertThat(domain.attached()).isEmpty();
  }

  @Test
  void a_function_that_is_gone_is_not_reset() throws IOException {
    try (PcieFunction function = domain.attach(ADDRESS, Access.PHYSICAL)) {
      byte[] ones = new byte[256];
      Arrays.fill(ones, (byte) 0xff);
      Files.write(nvme.resolve("config"), ones);
      Files.writeString(nvme.resolve("reset"), "0");
      function.stop();
      assertThat(Files.readAllBytes(nvme.resolve("config"))).isEqualTo(ones);
      assertThat(Files.readString(nvme.resolve("reset"))).isEqualTo("0");
    }
  }

  @Test
  void a_stopped_function_was_reset_and_reaches_memory_again() throws IOException {
    try (PcieFunction function = domain.attach(ADDRESS, Access.PHYSICAL)) {
      Files.writeString(nvme.resolve("reset"), "0");
      function.stop();
      assertThat(Files.readString(nvme.resolve("reset"))).isEqualTo("1");
      assertThat(Files.readAllBytes(nvme.resolve("config"))[4]).isEqualTo((byte) 6);
      Files.delete(nvme.resolve("reset"));
      function.stop(); // all that can be done without a reset
      assertThat(Files.readAllBytes(nvme.resolve("config"))[4]).isEqualTo((byte) 2);
    }
  }

  @Test
  void a_function_that_was_cut_off_was_reset_and_reaches_no_memory() throws IOException {
    try (PcieFunction function = domain.attach(ADDRESS, Access.PHYSICAL)) {
      Files.writeString(nvme.resolve("reset"), "0");
      function.cutOff();
      assertThat(Files.readString(nvme.resolve("reset"))).isEqualTo("1");
      assertThat(Files.readAllBytes(nvme.resolve("config"))[4]).isEqualTo((byte) 2);
    }
  }

  @Test
  void a_guest_s_huge_pages_are_not_given_to_a_drive_that_no_iommu_holds() throws IOException {
    try (HostMemory memory = HostMemory.allocate(ENTRY_BYTES, "test", HostMemory.HugePages.NEVER)) {
      long hva = memory.address();
      Mem.putByte(hva, (byte) 1);
      word(root.resolve("proc/self/pagemap"), hva >>> 12, 1L << 63 | 0x12200);
      word(root.resolve("proc/kpageflags"), 0x12200, 1L << 17);
      registry.register(hva, ENTRY_BYTES);
      try (PcieFunction function = domain.attach(ADDRESS, Access.PHYSICAL)) {
        assertThat(function.map().iova(hva)).isEqualTo(IovaMap.UNMAPPED);
      }
      registry.unregister(hva, ENTRY_BYTES);
    }
  }

  private static void word(Path file, long index, long value) throws IOException {
    try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
      ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      writer.seek(index * Long.BYTES);
      writer.write(word.putLong(value).array());
    }
  }
}

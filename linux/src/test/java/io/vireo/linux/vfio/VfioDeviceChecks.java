package io.vireo.linux.vfio;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.EventFd;
import io.vireo.linux.GuestChecks;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.linux.pci.MappedBar;
import io.vireo.linux.pci.NvmeProbe;
import io.vireo.linux.pci.PciConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The part about one device, an NVMe controller. */
final class VfioDeviceChecks {
  private final VfioDevice device;
  private final VfioContainer container;

  VfioDeviceChecks(VfioDevice device, VfioContainer container) {
    this.device = device;
    this.container = container;
  }

  void all(GuestChecks checks) {
    checks.check("configuration space", this::config);
    checks.check("BAR 0", this::registers);
    checks.check("BAR 5 is not there", this::noBar);
    checks.check("MSI-X", this::msix);
    checks.check("a command, its data and its interrupt", this::identify);
    checks.check("reset", this::reset);
    checks.check("the kernel wants the device back", this::request);
  }

  private String config() {
    PciConfig config = device.config();
    int vendor = config.read16(PciConfig.VENDOR_ID);
    int type = config.read32(PciConfig.CLASS_REVISION) >>> 8;
    require(vendor == 0x1b36 && type == 0x010802, "%x %x".formatted(vendor, type));
    config.enable();
    int both = PciConfig.COMMAND_MEMORY | PciConfig.COMMAND_MASTER;
    require((config.read16(PciConfig.COMMAND) & both) == both, config.read16(PciConfig.COMMAND));
    config.disableMaster();
    require(
        (config.read16(PciConfig.COMMAND) & both) == PciConfig.COMMAND_MEMORY,
        config.read16(PciConfig.COMMAND));
    config.enable();
    return "vendor %04x, class %06x, bus master on, off and on".formatted(vendor, type);
  }

  private String registers() {
    try (MappedBar bar = device.mapBar(0)) {
      require(bar.bytes() == device.barBytes(0) && bar.bytes() >= 0x2000, bar.bytes());
      long cap = Mem.getRegister64(bar.address() + NvmeProbe.CAP);
      int version = Mem.getRegister32(bar.address() + NvmeProbe.VS);
      int low = Mem.getRegister32(bar.address() + NvmeProbe.CAP);
      require(version >>> 16 == 1 && low == (int) cap, "%x %x %x".formatted(cap, version, low));
      return "%d bytes, CAP %016x, VS %x".formatted(bar.bytes(), cap, version);
    }
  }

  private String noBar() {
    require(device.barBytes(5) == 0, device.barBytes(5));
    try {
      device.mapBar(5).close();
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
    throw new AssertionError("mapped");
  }

  private String msix() {
    int count = device.msixVectors();
    require(count > 1, count);
    List<EventFd> events = new ArrayList<>();
    try {
      for (int i = 0; i < count + 1; i++) {
        events.add(EventFd.create());
      }
      device.enableMsix(events.subList(0, 2));
      device.enableMsix(events.subList(0, count));
      device.disableMsix();
      device.disableMsix();
      try {
        device.enableMsix(events);
      } catch (IllegalArgumentException e) {
        return count + " vectors; " + e.getMessage();
      }
      throw new AssertionError("one too many");
    } finally {
      events.forEach(EventFd::close);
    }
  }

  /** An unbind waits until the device is closed. */
  private String request() throws Exception {
    try (EventFd event = EventFd.create()) {
      require(device.onRequest(event), "nobody asks");
      String store = "echo " + device.address() + " >/sys/bus/pci/drivers/vfio-pci/unbind";
      Process unbind = new ProcessBuilder("sh", "-c", store).inheritIO().start();
      int ready = Libc.poll(new int[] {event.fd()}, new int[] {Libc.POLLIN}, 10_000);
      require(ready == 1 && event.drain() > 0, "no request within 10 s");
      require(unbind.isAlive(), "taken without asking");
      device.close();
      require(unbind.waitFor(10, TimeUnit.SECONDS) && unbind.exitValue() == 0, "not unbound");
      return "asked for by an eventfd, taken once it is closed";
    }
  }

  private String identify() {
    long bytes = 4L * 4096;
    int prot = Libc.PROT_READ | Libc.PROT_WRITE;
    long memory = Libc.mmap(0, bytes, prot, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
    container.map(memory, memory, bytes);
    try (MappedBar bar = device.mapBar(0);
        EventFd interrupt = EventFd.create()) {
      device.enableMsix(List.of(interrupt));
      NvmeProbe probe = new NvmeProbe(bar.address(), memory, memory);
      probe.enable();
      probe.submit();
      int ready = Libc.poll(new int[] {interrupt.fd()}, new int[] {Libc.POLLIN}, 10_000);
      require(ready == 1 && interrupt.drain() > 0, "no interrupt");
      String name = probe.serial();
      require(name.equals("VIREO0"), name);
      return "serial number " + name;
    } finally {
      device.disableMsix();
      device.reset();
      container.unmap(memory, bytes);
      Libc.munmap(memory, bytes);
    }
  }

  private String reset() {
    require(device.resettable(), "no reset");
    try (MappedBar bar = device.mapBar(0)) {
      NvmeProbe probe = new NvmeProbe(bar.address(), 0, 0);
      probe.enable();
      device.reset();
      require(!probe.isReady(), "CSTS.RDY is 1");
      return "CSTS.RDY was 1 and is 0";
    }
  }
}

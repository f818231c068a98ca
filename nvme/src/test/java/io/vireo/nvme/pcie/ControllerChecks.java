package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.fails;
import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.EventFd;
import io.vireo.linux.GuestChecks;
import io.vireo.linux.Numa;
import io.vireo.linux.pci.PciAddress;
import io.vireo.memreg.DmaPool;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.nvme.ControllerOptions;
import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.PollClock;
import io.vireo.nvme.PooledBuffers;
import io.vireo.nvme.transport.IovaMap;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** One controller, from taking it to giving it back. */
final class ControllerChecks {
  private static final int DATA_BYTES = 4 << 20;
  private static final DmaPool.Options BUFFERS =
      new DmaPool.Options("bounce", 128 << 10, 4096, 4, Numa.ANY_NODE);

  private static final PollClock CLOCK =
      new PollClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void pause() {
          LockSupport.parkNanos(100_000);
        }
      };

  private final GuestChecks checks;
  private final DmaDomain domain;
  private final MemoryRegistry registry;
  private final PciAddress address;
  private final Access access;

  ControllerChecks(
      GuestChecks checks,
      DmaDomain domain,
      MemoryRegistry registry,
      PciAddress address,
      Access access) {
    this.checks = checks;
    this.domain = domain;
    this.registry = registry;
    this.address = address;
    this.access = access;
  }

  /** Memory as a guest's; of huge pages where a drive might be tempted to reach them. */
  private HostMemory guestMemory() {
    HostMemory.HugePages mode =
        access == Access.PHYSICAL ? HostMemory.HugePages.REQUIRE : HostMemory.HugePages.NEVER;
    return HostMemory.allocate(DATA_BYTES, "data", mode);
  }

  void run() {
    try (HostMemory memory = guestMemory();
        PcieFunction function = domain.attach(address, access)) {
      checks.check(address + " is attached once", this::once);
      checks.check(address + " configuration space", () -> configuration(function));
      checks.check(address + " memory comes and goes", () -> memory(function, memory));
      registry.register(memory.address(), DATA_BYTES);
      try {
        drive(function, memory);
      } finally {
        registry.unregister(memory.address(), DATA_BYTES);
      }
    }
  }

  private Object once() throws Exception {
    String said =
        fails(address + " is attached already", () -> domain.attach(address, access).close());
    fails("are still attached", domain::close);
    return said;
  }

  private Object memory(PcieFunction function, HostMemory memory) {
    IovaMap map = function.map();
    long hva = memory.address();
    require(map.iova(hva) == IovaMap.UNMAPPED, "mapped before it is registered");
    registry.register(hva, DATA_BYTES);
    long iova = map.iova(hva);
    if (access == Access.PHYSICAL) {
      require(iova == IovaMap.UNMAPPED, "reached without an IOMMU");
      registry.unregister(hva, DATA_BYTES);
      return "never reached, and copied";
    }
    long run = map.run(hva, DATA_BYTES);
    require(iova != IovaMap.UNMAPPED, "not mapped");
    require(map.iova(hva + DATA_BYTES - 1) != IovaMap.UNMAPPED, "not all mapped");
    require(map.iova(hva + 12345) == iova + 12345, "not linear");
    registry.unregister(hva, DATA_BYTES);
    require(map.iova(hva) == IovaMap.UNMAPPED, "mapped when it has gone");
    return "0x%x is at 0x%x, %d bytes contiguous".formatted(hva, iova, run);
  }

  private void drive(PcieFunction function, HostMemory memory) {
    try (NvmeController controller =
            NvmeController.attach(
                function.transport(), function.memory(), CLOCK, ControllerOptions.DEFAULT);
        DmaPool pool = new DmaPool(domain.heap(function.access()), BUFFERS);
        PooledBuffers buffers = new PooledBuffers(pool, 1)) {
      checks.check(address + " identify", () -> identify(controller));
      checks.check(address + " interrupts", () -> vectors(function));
      new ControlChecks(controller).run(checks, address.toString());
      for (NvmeNamespace namespace : controller.namespaces()) {
        IoQueuePair first = controller.openQueuePair(64, 32, buffers);
        IoQueuePair second = controller.openQueuePair(4, 3, buffers);
        try {
          namespace(controller, namespace, first, second, memory.address());
        } finally {
          controller.close(first);
          controller.close(second);
        }
      }
      if (controller.namespaces().size() > 1) {
        new NamespaceChecks(controller).run(checks, address.toString());
      }
      checks.check(address + " is stopped by force", () -> stop(function, controller));
    }
  }

  private void namespace(
      NvmeController controller,
      NvmeNamespace namespace,
      IoQueuePair first,
      IoQueuePair second,
      long data) {
    String name = address + " namespace " + namespace.id();
    if (namespace.isZoned()) {
      new ZoneChecks(controller, namespace, first, data).run(checks, name);
      return;
    }
    if (!namespace.canHideMetadata()) {
      new MetadataChecks(controller, namespace, first, data).run(checks, name);
      return;
    }
    new IoChecks(controller, namespace, first, second, data, DATA_BYTES).run(checks, name);
    if (namespace.identify().metadataBytes() == 0) {
      new RangeChecks(controller, namespace, first, data).run(checks, name);
    }
    if (controller.identify().serialNumber().equals("VIREO0")) { // what the data are on
      KernelDataChecks shared =
          new KernelDataChecks(controller, namespace, first, data, DATA_BYTES);
      checks.check(address + " reads what the kernel's driver wrote", shared::readKernels);
      checks.check(address + " writes for the kernel's driver", shared::writeOurs);
    }
  }

  private Object identify(NvmeController controller) {
    String serial = controller.identify().serialNumber();
    require(serial.startsWith("VIREO"), serial);
    require(!controller.namespaces().isEmpty(), "no namespaces");
    StringBuilder seen = new StringBuilder(serial);
    for (NvmeNamespace namespace : controller.namespaces()) {
      seen.append(", %d blocks of %d".formatted(namespace.blocks(), namespace.blockBytes()));
    }
    return seen.append(", %d bytes at most".formatted(controller.maxTransferBytes()));
  }

  private Object configuration(PcieFunction function) {
    byte[] all = function.configuration();
    require(all.length == 256 || all.length == 4096, all.length);
    require(all[0] == 0x36 && all[1] == 0x1b, "vendor %02x%02x".formatted(all[1], all[0]));
    require(domain.attached().equals(List.of(function)), domain.attached());
    return all.length + " bytes";
  }

  private Object vectors(PcieFunction function) {
    int vectors = function.msixVectors();
    require((vectors > 0) == (access == Access.VFIO), vectors);
    require(!function.wantedBack(), "wanted back");
    if (vectors > 0) {
      try (EventFd event = EventFd.create()) {
        function.enableMsix(List.of(event));
        function.disableMsix();
      }
    }
    return vectors + " vectors";
  }

  /** A reset of the function: the controller is disabled, forgets its queues, and can go on. */
  private Object stop(PcieFunction function, NvmeController controller) {
    IoQueuePair pair = controller.openQueuePair(4, 3);
    function.stop();
    controller.disable();
    controller.close(pair);
    controller.enable();
    require(!controller.namespaces().isEmpty(), "no namespaces");
    return "and enabled again";
  }
}

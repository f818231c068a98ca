package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.iobuf.Iobuf;
import io.vireo.bdev.iobuf.IobufStats;
import io.vireo.bdev.module.BdevContext;
import io.vireo.linux.Errno;
import io.vireo.linux.EventFd;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciException;
import io.vireo.linux.pci.PciFunction;
import io.vireo.nvme.Quirk;
import io.vireo.nvme.pcie.Access;
import io.vireo.nvme.pcie.DmaDomain;
import io.vireo.nvme.pcie.PcieFunction;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** The PCI functions of this machine. */
final class PcieBus implements DriveBus {
  private static final Path ROOT = Path.of("/");
  private static final String BUFFERS = "bdev_nvme";

  private final PciBus bus = new PciBus(ROOT);
  private final DmaDomain domain;
  private final Map<Access, SharedBuffers> buffers = new EnumMap<>(Access.class);

  PcieBus(BdevContext context) {
    domain = new DmaDomain(ROOT, context.memory());
    Iobuf iobuf = context.iobuf();
    for (Access access : Access.values()) {
      buffers.put(access, new SharedBuffers(domain.heap(access), () -> BounceSizes.of(iobuf)));
    }
    iobuf.add(BUFFERS, this::lent);
  }

  private IobufStats lent() {
    return buffers.values().stream()
        .map(SharedBuffers::stats)
        .reduce(IobufStats.NONE, IobufStats::plus);
  }

  @Override
  public DriveFunction open(String address, boolean withoutIommu) {
    PciAddress wanted = parse(address);
    try {
      Access access = withoutIommu && !hasIommu(wanted) ? Access.PHYSICAL : Access.VFIO;
      return new Function(domain.attach(wanted, access), buffers.get(access), new ArrayList<>());
    } catch (PciException e) {
      throw new BdevException(e.errno(), e.getMessage());
    }
  }

  private static PciAddress parse(String address) {
    try {
      return PciAddress.parse(address);
    } catch (IllegalArgumentException e) {
      throw BdevException.invalid("traddr: " + e.getMessage());
    }
  }

  private boolean hasIommu(PciAddress address) {
    try {
      return bus.function(address)
          .map(PciFunction::iommuGroup)
          .orElse(OptionalInt.empty())
          .isPresent();
    } catch (IOException e) {
      throw new PciException(Errno.EIO, "%s cannot be looked at: %s".formatted(address, e));
    }
  }

  @Override
  public void close() {
    domain.close();
  }

  /** A function of this machine. */
  private record Function(PcieFunction function, SharedBuffers buffers, List<EventFd> events)
      implements DriveFunction {
    @Override
    public String address() {
      return function.address().toString();
    }

    @Override
    public boolean isAt(String traddr) {
      return function.address().equals(parse(traddr));
    }

    @Override
    public Set<Quirk> quirks() {
      return Quirk.of(function.function().vendor(), function.function().device());
    }

    @Override
    public byte[] configuration() {
      return function.configuration();
    }

    @Override
    public NvmeTransport transport() {
      return function.transport();
    }

    @Override
    public DmaMemory memory() {
      return function.memory();
    }

    @Override
    public boolean reachesGuests() {
      return function.access() == Access.VFIO;
    }

    @Override
    public List<EventFd> interrupts(int most) {
      int count = Math.min(most, function.msixVectors());
      for (int i = 0; i < count; i++) {
        events.add(EventFd.create());
      }
      if (count > 0) {
        function.enableMsix(events);
      }
      return List.copyOf(events);
    }

    @Override
    public void stop() {
      function.stop();
    }

    @Override
    public boolean wantedBack() {
      return function.wantedBack();
    }

    @Override
    public void close() {
      function.close();
      events.forEach(EventFd::close);
    }
  }
}

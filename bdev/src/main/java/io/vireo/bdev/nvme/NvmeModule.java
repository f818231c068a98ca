package io.vireo.bdev.nvme;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Metric;
import io.vireo.bdev.module.NoParameters;
import io.vireo.bdev.module.Phase;
import io.vireo.linux.pci.Uevents;
import io.vireo.nvme.ControllerOptions;
import io.vireo.nvme.PollClock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Bdevs on NVMe controllers that this process drives itself. */
public final class NvmeModule implements BdevModule {
  private static final String ATTACH = "bdev_nvme_attach_controller";
  private static final String SET_OPTIONS = "bdev_nvme_set_options";
  private static final String SET_HOTPLUG = "bdev_nvme_set_hotplug";
  private static final String TRANSPORT = "PCIe";

  private final Function<BdevContext, DriveBus> buses;
  private final PollClock clock;
  private NvmeDrives drives;
  private HotPlug hotPlug;

  /** For {@link java.util.ServiceLoader}. */
  public NvmeModule() {
    this(PcieBus::new, new DriveClock());
  }

  NvmeModule(Function<BdevContext, DriveBus> buses, PollClock clock) {
    this.buses = buses;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "nvme";
  }

  @Override
  public List<Method<?>> methods(BdevContext context) {
    drives = new NvmeDrives(context.bdevs(), buses.apply(context), clock);
    hotPlug = new HotPlug(drives, Uevents::open);
    return List.of(
        new Method<>(SET_OPTIONS, NvmeSetOptions.class, Phase.ANY, this::setOptions),
        new Method<>(SET_HOTPLUG, NvmeSetHotplug.class, this::setHotplug),
        new Method<>(ATTACH, NvmeAttach.class, this::attach),
        new Method<>("bdev_nvme_detach_controller", NvmeDetach.class, this::detach),
        new Method<>("bdev_nvme_get_controllers", NvmeGetControllers.class, this::controllers),
        new Method<>(
            "bdev_nvme_reset_controller", NvmeName.class, p -> change(p, NvmeDrive::reset)),
        new Method<>(
            "bdev_nvme_enable_controller", NvmeName.class, p -> change(p, NvmeDrive::enable)),
        new Method<>(
            "bdev_nvme_disable_controller", NvmeName.class, p -> change(p, NvmeDrive::disable)),
        new Method<>(
            "bdev_nvme_get_controller_health_info",
            NvmeHealth.class,
            p -> HealthReport.of(drives.require(p.name()))),
        new Method<>(
            "bdev_nvme_get_transport_statistics",
            NoParameters.class,
            p -> TransportReport.of(drives.all())),
        new Method<>(
            "framework_get_pci_devices", NoParameters.class, p -> PciReport.of(drives.all())),
        new Method<>("bdev_nvme_add_error_injection", NvmeAddErrorInjection.class, this::inject),
        new Method<>(
            "bdev_nvme_remove_error_injection", NvmeRemoveErrorInjection.class, this::uninject),
        new Method<>(
            "bdev_nvme_send_cmd",
            NvmeSendCommand.class,
            p -> Passthrough.send(drives.require(p.name()), p)));
  }

  @Override
  public List<Metric> metrics() {
    return DriveMetrics.ALL;
  }

  @Override
  public void measure(Measurements to) {
    drives.all().forEach(drive -> DriveMetrics.measure(drive, to));
  }

  @Override
  public List<ConfigEntry> configuration(BdevContext context) {
    List<ConfigEntry> entries = new ArrayList<>();
    if (!drives.options().equals(NvmeOptions.DEFAULT)) {
      entries.add(new ConfigEntry(SET_OPTIONS, OptionsForm.parameters(drives.options())));
    }
    for (NvmeDrive drive : drives.all()) {
      String first = drive.bdevs().stream().map(Bdev::name).findFirst().orElse(null);
      entries.add(new ConfigEntry(ATTACH, drive.origin(), first));
    }
    if (hotPlug.parameters().enable()) {
      entries.add(new ConfigEntry(SET_HOTPLUG, hotPlug.parameters()));
    }
    return entries;
  }

  @Override
  public void close() {
    if (drives != null) {
      hotPlug.close();
      drives.close();
    }
  }

  private boolean setOptions(NvmeSetOptions p) {
    drives.options(OptionsForm.apply(p, drives.options()));
    return true;
  }

  private boolean setHotplug(NvmeSetHotplug p) {
    hotPlug.set(p);
    return true;
  }

  private List<String> attach(NvmeAttach p) {
    requirePcie(p.trtype());
    int most = ControllerOptions.MAX_IO_QUEUES;
    if (p.num_io_queues() < 1 || p.num_io_queues() > most) {
      throw BdevException.invalid(
          "num_io_queues %d is not between 1 and %d".formatted(p.num_io_queues(), most));
    }
    if (p.max_bdevs() < 1) {
      throw BdevException.invalid("max_bdevs %d is less than 1".formatted(p.max_bdevs()));
    }
    NvmeDrive drive = drives.attach(p);
    return drive.bdevs().stream().map(Bdev::name).limit(p.max_bdevs()).toList();
  }

  private static void requirePcie(String transport) {
    if (!transport.equalsIgnoreCase(TRANSPORT)) {
      throw BdevException.invalid(
          "trtype %s is not supported: only %s".formatted(transport, TRANSPORT));
    }
  }

  private boolean detach(NvmeDetach p) {
    NvmeDrive drive = drives.require(p.name());
    if (p.trtype() != null) {
      requirePcie(p.trtype());
    }
    if (p.traddr() != null && !drive.isAt(p.traddr())) {
      throw BdevException.invalid(
          "controller %s is at %s, not at %s".formatted(p.name(), drive.address(), p.traddr()));
    }
    drive.detach();
    return true;
  }

  private List<Object> controllers(NvmeGetControllers p) {
    List<NvmeDrive> asked = p.name() == null ? drives.all() : List.of(drives.require(p.name()));
    return asked.stream().<Object>map(DriveReport::of).toList();
  }

  private boolean change(NvmeName p, Consumer<NvmeDrive> what) {
    NvmeDrive drive = drives.require(p.name());
    if (p.cntlid() != null && p.cntlid() != drive.identify().controllerId()) {
      throw BdevException.invalid(
          "controller %s has the id %d, not %d"
              .formatted(p.name(), drive.identify().controllerId(), p.cntlid()));
    }
    what.accept(drive);
    return true;
  }

  private boolean inject(NvmeAddErrorInjection p) {
    drives.require(p.name()).errors().add(p);
    return true;
  }

  private boolean uninject(NvmeRemoveErrorInjection p) {
    drives.require(p.name()).errors().remove(p.cmd_type(), p.opc());
    return true;
  }
}

package io.vireo.daemon;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.Unprivileged;
import io.vireo.linux.pci.KernelDisks;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import io.vireo.linux.pci.PciGuestChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code vireo pci}, {@code vireo hugepages} and {@code vireo nvme} on a real kernel, in a guest of
 * qemu-scripts/nvme-guest: what they print, how they end, and what they change or leave.
 */
public final class CommandGuestChecks {
  private static final Path HUGE_PAGES = Path.of("/proc/sys/vm/nr_hugepages");
  private static final String MOUNTED = "/tmp/mounted";
  private static final int PAIR = 0x10;

  private final GuestChecks checks;
  private final PciBus bus = new PciBus(Path.of("/"));
  private final GuestCommands commands;
  private final List<PciFunction> controllers;
  private final PciFunction first; // VIREO0, with one namespace
  private final PciFunction second; // VIREO1, with several
  private final PciFunction shared; // its group has another
  private final Path disk;

  /** Looks for the controllers, which the kernel's driver has. */
  public CommandGuestChecks(GuestChecks checks) throws IOException {
    this.checks = checks;
    commands = new GuestCommands(checks, bus);
    controllers = bus.functions().stream().filter(PciFunction::isNvme).toList();
    first = controllers.getFirst();
    second = controllers.get(1);
    shared =
        controllers.stream()
            .filter(function -> function.address().device() == PAIR)
            .findFirst()
            .orElseThrow();
    disk = KernelDisks.first(bus, first.address());
  }

  public static void main(String[] arguments) {
    GuestChecks checks = new GuestChecks(System.out);
    checks.part("commands", () -> new CommandGuestChecks(checks).run());
    System.exit(checks.end());
  }

  /** Runs them all; the controllers are then the kernel's again. */
  public void run() {
    DriveCommandChecks drives = new DriveCommandChecks(checks, commands);
    hugePages();
    refusals();
    checks.check("vireo pci bind of a mounted disk", this::mounted);
    drives.kernels(first);
    checks.check("vireo pci bind loads vfio-pci", this::bind);
    commands.check("pci bind " + first.address(), "vfio-pci -> vfio-pci");
    checks.check("vireo pci status of what is bound", () -> statusShows("vfio-pci", "-"));
    drives.ours(first, second);
    drives.shared(shared);
    checks.check("vireo pci reset of one", this::reset);
    checks.check("vireo pci reset", this::resetAll);
  }

  private void hugePages() {
    checks.check(
        "vireo hugepages 16",
        () -> reserved(GuestCommands.succeeds("hugepages 16", "16        16")));
    commands.checkFails(1, "there is no NUMA node 7", "hugepages 4 --node 7");
    commands.checkFails(2, "'many' is no whole number", "hugepages many");
    checks.check(
        "vireo hugepages by another user",
        () ->
            reserved(Unprivileged.asNobody(() -> commands.fails(1, "run as root", "hugepages 8"))));
  }

  private static Object reserved(Object seen) throws IOException {
    String now = Files.readAllLines(HUGE_PAGES).getFirst(); // readString sees the first digit only
    require(now.equals("16"), now);
    return seen;
  }

  private void refusals() {
    String address = first.address().toString();
    commands.checkFails(
        1, "there is no PCI function 0000:7f:00.0", "pci bind " + address + " 7f:00.0");
    commands.checkFails(
        1, "0000:00:00.0 is no NVMe controller: its class is 060000", "pci bind 00:00.0");
    commands.checkFails(2, "\"nvme0\" is not a PCI address", "pci bind nvme0");
    commands.checkFails(1, "driver 'e1000e' is neither", "pci bind --driver e1000e " + address);
    checks.check(
        "vireo pci bind by another user",
        () -> Unprivileged.asNobody(() -> commands.fails(1, "run as root", "pci bind " + address)));
    checks.check(
        "vireo pci status by another user",
        () -> Unprivileged.asNobody(() -> statusShows("nvme", "only root sees it")));
  }

  private Object mounted() throws Exception {
    PciGuestChecks.run("mke2fs", "-q", disk.toString());
    PciGuestChecks.run("mkdir", "-p", MOUNTED);
    PciGuestChecks.run("mount", "-t", "ext4", disk.toString(), MOUNTED);
    try {
      String use = disk.getFileName() + " is mounted at " + MOUNTED;
      statusShows("nvme", use);
      commands.fails(1, use, "nvme identify " + first.address());
      String both = "pci bind %s %s".formatted(second.address(), first.address());
      Object seen = commands.fails(1, use, both);
      require(Files.exists(Path.of(MOUNTED, "lost+found")), "the disk has gone");
      return seen;
    } finally {
      PciGuestChecks.run("umount", MOUNTED);
    }
  }

  /** The row of the first controller. */
  private Object statusShows(String driver, String use) {
    GuestCommands.Said said = GuestCommands.vireo("pci status");
    require(said.status() == 0 && said.err().isEmpty(), said);
    require(said.out().contains("IOMMU: on, ") && said.out().contains("HUGE PAGE"), said);
    String row =
        said.out()
            .lines()
            .filter(line -> line.startsWith(first.address() + " "))
            .findFirst()
            .orElseThrow();
    require(row.contains("  1b36:0010  ") && row.contains("  " + driver + "  "), row);
    require(row.endsWith(use), row);
    return row;
  }

  private Object bind() throws Exception {
    PciGuestChecks.run("rmmod", "vfio_pci");
    require(!bus.hasDriver("vfio-pci"), "vfio-pci is still loaded");
    String shortForm = second.address().toString().substring("0000:".length());
    Object seen =
        GuestCommands.succeeds(
            "pci bind %s %s".formatted(first.address(), shortForm),
            first.address() + ": nvme -> vfio-pci",
            second.address() + ": nvme -> vfio-pci");
    require(!Files.exists(disk), "the disk is still there");
    return seen;
  }

  private Object reset() throws IOException {
    String address = second.address().toString();
    Object seen = GuestCommands.succeeds("pci reset " + address, address + ": vfio-pci -> nvme");
    Optional<String> other = commands.drivers().get(first.address());
    require(other.equals(Optional.of("vfio-pci")), other);
    return seen;
  }

  private Object resetAll() throws IOException {
    Object seen = GuestCommands.succeeds("pci reset", first.address() + ": vfio-pci -> nvme");
    for (PciFunction function : controllers) {
      Optional<String> driver = commands.drivers().get(function.address());
      require(driver.equals(Optional.of("nvme")), driver);
      KernelDisks.first(bus, function.address());
    }
    return seen;
  }
}

package io.vireo.linux.pci;

import static io.vireo.linux.GuestChecks.await;
import static io.vireo.linux.GuestChecks.fails;
import static io.vireo.linux.GuestChecks.require;
import static java.lang.ProcessBuilder.Redirect.INHERIT;

import io.vireo.linux.GuestChecks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A controller is taken from the kernel's driver, but not while its disk is in use. */
public final class PciGuestChecks {
  private static final Path ROOT = Path.of("/");

  private final PciBus bus = new PciBus(ROOT);
  private final GuestChecks checks;
  private final PciFunction nvme;
  private final Path disk;

  /** Looks for the controller, which the kernel's driver has. */
  public PciGuestChecks(GuestChecks checks) throws IOException {
    this.checks = checks;
    nvme = bus.functions().stream().filter(PciFunction::isNvme).findFirst().orElseThrow();
    disk = KernelDisks.first(bus, nvme.address());
  }

  /** The controller, bound to vfio-pci once {@link #take} has run. */
  public PciFunction nvme() {
    return nvme;
  }

  /** Takes it. */
  public void take() {
    checks.check("PCI functions", this::functions);
    checks.check("a disk that is mounted", this::mounted);
    checks.check("a disk that is swap", this::swap);
    checks.check("a disk that is mounted unseen", this::mountedUnseen);
    checks.check("a disk that a program has open", this::open);
    checks.check("vfio-pci takes the controller", this::bind);
  }

  /** Gives it back to the kernel's driver. */
  public void giveBack() {
    checks.check("the kernel's driver takes it back", this::release);
  }

  private String functions() throws IOException {
    require(nvme.vendor() == 0x1b36 && nvme.device() == 0x10, nvme);
    require(nvme.driver().equals(Optional.of("nvme")), nvme);
    require(nvme.iommuGroup().isPresent(), nvme);
    require(bus.users(nvme.address()).isEmpty(), bus.users(nvme.address()));
    return "%d, NVMe at %s".formatted(bus.functions().size(), nvme.address());
  }

  private String refused(String why) throws Exception {
    String said = fails(why, () -> bus.bind(nvme.address(), "vfio-pci"));
    require(driver().equals(Optional.of("nvme")), driver());
    return said;
  }

  private Optional<String> driver() throws IOException {
    return bus.function(nvme.address()).orElseThrow().driver();
  }

  /** Runs a program that succeeds. */
  public static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    require(process.waitFor() == 0, String.join(" ", command) + ": " + said);
  }

  private String mounted() throws Exception {
    run("mke2fs", "-q", disk.toString());
    run("mkdir", "-p", "/tmp/mounted");
    run("mount", "-t", "ext4", disk.toString(), "/tmp/mounted");
    try {
      return refused(disk.getFileName() + " is mounted at /tmp/mounted");
    } finally {
      run("umount", "/tmp/mounted");
    }
  }

  private String swap() throws Exception {
    run("mkswap", disk.toString());
    run("swapon", disk.toString());
    try {
      return refused(disk.getFileName() + " is swap");
    } finally {
      run("swapoff", disk.toString());
    }
  }

  /** A file of it is open, but no mount shows that; it is the same with mounts of containers. */
  private String mountedUnseen() throws Exception {
    run("mke2fs", "-q", disk.toString());
    String script =
        "mount -t ext4 "
            + disk
            + " /tmp/mounted && exec 3</tmp/mounted && umount -l /tmp/mounted"
            + " && echo mounted && read line";
    Process other = new ProcessBuilder("sh", "-c", script).redirectError(INHERIT).start();
    try {
      require(other.getInputStream().read() == 'm', "not mounted");
      return refused(disk.getFileName() + " is in use by the kernel or another program");
    } finally {
      other.getOutputStream().close();
      require(other.waitFor(10, TimeUnit.SECONDS), "still mounted");
      await("end of the mount", this::isFree);
    }
  }

  /** Without a claim, as hypervisors and databases have it. */
  private String open() throws Exception {
    Process other =
        new ProcessBuilder("sh", "-c", "exec 3<" + disk + " && echo open && read line")
            .redirectError(INHERIT)
            .start();
    try {
      require(other.getInputStream().read() == 'o', "not open");
      return refused("(process %d) has %s open".formatted(other.pid(), disk.getFileName()));
    } finally {
      other.getOutputStream().close();
      require(other.waitFor(10, TimeUnit.SECONDS), "still open");
    }
  }

  private boolean isFree() {
    try {
      return bus.users(nvme.address()).isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String bind() throws IOException {
    List<Uevent> seen = new ArrayList<>();
    try (Uevents uevents = Uevents.open()) {
      bus.bind(nvme.address(), "vfio-pci");
      await("uevent", () -> bound(uevents, seen));
    }
    require(driver().equals(Optional.of("vfio-pci")), driver());
    require(!Files.exists(disk), disk + " is still there");
    return seen.size() + " uevents, the last one is bind of " + nvme.address();
  }

  private boolean bound(Uevents uevents, List<Uevent> seen) {
    require(uevents.drain(seen::add), "lost uevents");
    return seen.stream()
        .anyMatch(
            event ->
                event.action().equals("bind")
                    && event.pciAddress().equals(Optional.of(nvme.address()))
                    && event.driver().equals(Optional.of("vfio-pci")));
  }

  private String release() throws IOException {
    bus.release(nvme.address());
    require(driver().equals(Optional.of("nvme")), driver());
    return KernelDisks.first(bus, nvme.address()) + " is there again";
  }
}

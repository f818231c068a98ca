package io.vireo.linux.vfio;

import static io.vireo.linux.GuestChecks.fails;
import static io.vireo.linux.GuestChecks.require;
import static java.lang.ProcessBuilder.Redirect.INHERIT;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A function that a program drives is not taken from vfio-pci. */
final class BusyFunctionChecks {
  private final PciBus bus = new PciBus(Path.of("/"));
  private final PciAddress address;

  BusyFunctionChecks(PciAddress address) {
    this.address = address;
  }

  void drivenByUs(GuestChecks checks) {
    checks.check(
        "a function that we drive is not given back",
        () -> refused("is in use: this program drives it"));
  }

  void drivenByAnother(GuestChecks checks, int group) {
    checks.check("a function that another program drives is not given back", () -> other(group));
  }

  private String other(int group) throws Exception {
    String script = "exec 3<>/dev/vfio/" + group + " && echo open && read line";
    Process other = new ProcessBuilder("sh", "-c", script).redirectError(INHERIT).start();
    try {
      require(other.getInputStream().read() == 'o', "not open");
      return refused("(process " + other.pid() + ") drives it");
    } finally {
      other.getOutputStream().close();
      require(other.waitFor(10, TimeUnit.SECONDS), "still open");
    }
  }

  private String refused(String why) throws Exception {
    String said = fails(why, () -> release());
    Optional<String> driver = bus.function(address).orElseThrow().driver();
    require(driver.equals(Optional.of("vfio-pci")), driver);
    return said;
  }

  private void release() throws IOException {
    bus.release(address);
  }
}

package io.vireo.daemon;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine;

/**
 * Commands of Vireo in a guest: what they print, how they end, and whether they change a driver.
 */
final class GuestCommands {
  private final GuestChecks checks;
  private final PciBus bus;

  GuestCommands(GuestChecks checks, PciBus bus) {
    this.checks = checks;
    this.bus = bus;
  }

  /** What a command said, and its exit status. */
  record Said(int status, String out, String err) {
    /** In one line. */
    String all() {
      return (out + err).strip().replaceAll("\\R+", " | ");
    }
  }

  /** Runs {@code vireo} with arguments that have no spaces. */
  static Said vireo(String command) {
    String[] arguments = command.split(" ", -1);
    CommandLine line = Main.commandLine(() -> {}, arguments);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    int status = line.execute(arguments);
    return new Said(status, out.toString(), err.toString());
  }

  /** A command that succeeds, says nothing of an error, and prints all of that. */
  static Object succeeds(String command, String... parts) {
    Said said = vireo(command);
    require(said.status == 0 && said.err.isEmpty(), said);
    for (String part : parts) {
      require(said.out.contains(part), said);
    }
    return said.all();
  }

  /** A command that ends with a status and one sentence, and leaves all drivers as they are. */
  Object fails(int status, String sentence, String command) throws IOException {
    Map<PciAddress, Optional<String>> before = drivers();
    Said said = vireo(command);
    require(said.status == status && said.out.isEmpty(), said);
    require(said.err.contains(sentence) && said.err.lines().count() == 1, said);
    require(drivers().equals(before), drivers());
    return said.all();
  }

  /** {@link #succeeds} as a check. */
  void check(String command, String... parts) {
    checks.check("vireo " + command, () -> succeeds(command, parts));
  }

  /** {@link #fails} as a check. */
  void checkFails(int status, String sentence, String command) {
    checks.check("vireo " + command, () -> fails(status, sentence, command));
  }

  /** Which driver has which function. */
  Map<PciAddress, Optional<String>> drivers() throws IOException {
    Map<PciAddress, Optional<String>> drivers = new TreeMap<>();
    for (PciFunction function : bus.functions()) {
      drivers.put(function.address(), function.driver());
    }
    return drivers;
  }
}

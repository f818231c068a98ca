package io.vireo.daemon.pci;

import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** {@code vireo pci}: which driver has which NVMe controller. */
@Command(
    name = "pci",
    header = "Shows NVMe controllers, takes them from the kernel and gives them back.",
    description = {
      "",
      "A controller that a target is to drive is bound to vfio-pci first; its disks are then no"
          + " more the kernel's. One whose disks are in use is never taken."
    },
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  vireo pci status",
      "  vireo pci bind 0000:01:00.0 02:00.0",
      "  vireo pci reset"
    })
public final class PciCommand {
  private PciCommand() {}

  /**
   * The command with all of its own.
   *
   * @param root where {@code sys}, {@code proc} and {@code dev} are: {@code /}
   * @param bus the machine's
   * @param modules loads drivers
   * @param help the option that each command has
   */
  public static CommandLine line(Path root, PciBus bus, Modules modules, OptionSpec help) {
    CommandLine line = new CommandLine(new PciCommand());
    line.addSubcommand(new StatusCommand(root, bus));
    line.addSubcommand(new BindCommand(bus, modules));
    line.addSubcommand(new ResetCommand(bus, modules));
    line.registerConverter(PciAddress.class, PciCommand::address);
    for (CommandLine command : line.getSubcommands().values()) {
      command.getCommandSpec().addOption(help);
    }
    return line;
  }

  private static PciAddress address(String text) {
    try {
      return PciAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}

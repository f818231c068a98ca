package io.vireo.daemon.nvme;

import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;

/** {@code vireo nvme}: controllers without a target. */
@Command(
    name = "nvme",
    header = "Looks at NVMe controllers and measures them, without a target.",
    description = {
      "",
      "A controller is bound to vfio-pci first (vireo pci bind; without an IOMMU see --physical of"
          + " each command), and is nobody else's while a command runs: a target that drives it is to"
          + " be stopped, or to let go of it (bdev_nvme_detach_controller)."
    },
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  vireo nvme list",
      "  vireo nvme identify 0000:01:00.0 --namespace 1 --json",
      "  vireo nvme perf 0000:01:00.0 -q 32 -o 4096 -w randread -t 10"
    })
public final class NvmeCommand {
  private NvmeCommand() {}

  /**
   * The command with all of its own.
   *
   * @param root where {@code sys}, {@code proc} and {@code dev} are: {@code /}
   * @param bus the machine's
   * @param perf puts load on a namespace
   * @param help the option that each command has
   */
  public static CommandLine line(Path root, PciBus bus, Object perf, OptionSpec help) {
    CommandLine line = new CommandLine(new NvmeCommand());
    line.addSubcommand(new ListCommand(root, bus));
    line.addSubcommand(new IdentifyCommand(root));
    line.addSubcommand(perf);
    line.registerConverter(PciAddress.class, new DriveOptions.Address());
    for (CommandLine command : line.getSubcommands().values()) {
      command.getCommandSpec().addOption(help);
    }
    return line;
  }
}

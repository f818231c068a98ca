package io.vireo.nvme;

import io.vireo.linux.Mem;
import io.vireo.nvme.spec.Cap;
import io.vireo.nvme.spec.Cc;
import io.vireo.nvme.spec.CommandSetLimits;
import io.vireo.nvme.spec.Cqe;
import io.vireo.nvme.spec.Feature;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.spec.Sqe;

/**
 * The choice of I/O command sets (Base 3.5.1, 5.17.2.21): blocks, and zones where there are any.
 */
final class CommandSets {
  private static final long BLOCKS = 1L << Identify.CSI_NVM;
  private static final long ZONES = 1L << Identify.CSI_ZONED;
  private static final int COMBINATIONS = Identify.BYTES / Long.BYTES;

  /** VER of controllers that tell what a command set limits. */
  private static final int LIMITS_SINCE = 0x20000;

  private static final int IO_CONTROLLER = 1;

  private CommandSets() {}

  /** CC.CSS: all that it has, where several can be used at once. */
  static int configuration(Cap cap) {
    int sets = cap.commandSets();
    if ((sets & Cap.CSS_ALL) != 0) {
      return Cc.CSS_ALL;
    }
    if ((sets & Cap.CSS_NVM) != 0) {
      return Cc.CSS_NVM;
    }
    throw new NvmeException("controller has no I/O commands (CAP.CSS 0x%x)".formatted(sets));
  }

  /** After CC.CSS chose all: has the controller use the combination that serves us best. */
  static void choose(NvmeController controller) {
    int id = controller.identify().controllerId();
    int best =
        controller
            .admin()
            .identify(Identify.CNS_COMMAND_SETS, 0, id, Identify.CSI_NVM, CommandSets::best);
    int used = controller.features().get(Feature.COMMAND_SET_PROFILE) & COMBINATIONS - 1;
    if (best != used) {
      controller.features().set(Feature.COMMAND_SET_PROFILE, best);
    }
  }

  /** The first combination with blocks and zones, else the first with blocks. */
  private static int best(long address) {
    int blocksOnly = -1;
    for (int i = 0; i < COMBINATIONS; i++) {
      long sets = Mem.getLong(address + (long) i * Long.BYTES);
      if ((sets & (BLOCKS | ZONES)) == (BLOCKS | ZONES)) {
        return i;
      }
      if (blocksOnly < 0 && (sets & BLOCKS) != 0) {
        blocksOnly = i;
      }
    }
    if (blocksOnly < 0) {
      throw new NvmeException("controller has no combination of command sets with blocks");
    }
    return blocksOnly;
  }

  /** What the command set limits, where the controller tells. */
  static CommandSetLimits limits(NvmeController controller, boolean allCommandSets) {
    if (!allCommandSets && controller.identify().version() < LIMITS_SINCE) {
      return CommandSetLimits.NONE;
    }
    try {
      return controller
          .admin()
          .identify(Identify.CNS_CONTROLLER_OF_COMMAND_SET, 0, CommandSetLimits::decode);
    } catch (NvmeException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      return CommandSetLimits.NONE;
    }
  }

  /** Refuses a controller that cannot take our entries, or has no I/O queues. */
  static void check(IdentifyController identify) {
    checkEntries("submission", identify.sqes(), Sqe.SHIFT);
    checkEntries("completion", identify.cqes(), Cqe.SHIFT);
    int type = identify.controllerType();
    if (type > IO_CONTROLLER) {
      throw new NvmeException("controller of type %d has no I/O queues".formatted(type));
    }
  }

  private static void checkEntries(String queue, int sizes, int shift) {
    if ((sizes & 0xf) > shift || sizes >>> 4 < shift) {
      throw new NvmeException(
          "controller's %s entries are of 2^%d to 2^%d bytes, not of 2^%d"
              .formatted(queue, sizes & 0xf, sizes >>> 4, shift));
    }
  }
}

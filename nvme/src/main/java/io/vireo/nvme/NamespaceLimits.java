package io.vireo.nvme;

import io.vireo.nvme.spec.Capabilities;
import io.vireo.nvme.spec.CommandSetLimits;
import io.vireo.nvme.spec.CopyRange;
import io.vireo.nvme.spec.DsmRange;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.spec.IdentifyNamespace;
import io.vireo.nvme.spec.NvmOpcode;

/**
 * What one command on a namespace can be at most.
 *
 * @param transferBytes MDTS
 * @param verifyBlocks VSL
 * @param writeZeroesBlocks WZSL
 * @param writeUncorrectableBlocks WUSL
 * @param deallocate DMRL, DMRSL, DMSL
 * @param copy MSRC, MSSRL, MCL; no range at all when it cannot copy
 * @param optionalCommands ONCS
 * @param compareAndWriteBlocks how much compare and write as one can do (FUSES, ACWU); 0: nothing
 */
record NamespaceLimits(
    int transferBytes,
    long verifyBlocks,
    long writeZeroesBlocks,
    long writeUncorrectableBlocks,
    RangeList deallocate,
    RangeList copy,
    int optionalCommands,
    int compareAndWriteBlocks) {
  private static final long MAX_RANGE_BLOCKS = 0xffff_ffffL; // a field of 32 bits (NVM 3.2.3)

  static NamespaceLimits of(NvmeController controller, NvmeNamespace namespace) {
    CommandSetLimits limits = controller.limits();
    int pageShift = controller.cap().minPageShift();
    int blockShift = namespace.blockShift();
    return new NamespaceLimits(
        controller.maxTransferBytes(),
        blocks(limits.verify(), pageShift, blockShift),
        blocks(limits.writeZeroes(), pageShift, blockShift),
        blocks(limits.writeUncorrectable(), pageShift, blockShift),
        deallocate(limits),
        copy(controller.identify(), namespace.identify()),
        optionalCommands(controller),
        compareAndWriteBlocks(controller.identify(), namespace.identify()));
  }

  private static int compareAndWriteBlocks(IdentifyController all, IdentifyNamespace own) {
    if (!all.fusedCompareAndWrite()) {
      return 0;
    }
    int blocks = own.compareAndWriteBlocks();
    return blocks == 0 ? all.compareAndWriteBlocks() : blocks;
  }

  private static int optionalCommands(NvmeController controller) {
    boolean broken = controller.quirks().contains(Quirk.NO_WRITE_ZEROES);
    return controller.identify().oncs() & (broken ? ~Capabilities.ONCS_WRITE_ZEROES : -1);
  }

  /** Whether the controller has an optional command, of {@code Capabilities.ONCS_...}. */
  boolean offers(int command) {
    return (optionalCommands & command) != 0;
  }

  /** The most blocks of a command without data. */
  long plainBlocks(int opcode) {
    return switch (opcode) {
      case NvmOpcode.WRITE_ZEROES -> writeZeroesBlocks;
      case NvmOpcode.VERIFY -> verifyBlocks;
      case NvmOpcode.WRITE_UNCORRECTABLE -> writeUncorrectableBlocks;
      default -> IoQueuePair.MAX_BLOCKS;
    };
  }

  private static long blocks(int limit, int pageShift, int blockShift) {
    return CommandSetLimits.blocks(limit, pageShift, blockShift, IoQueuePair.MAX_BLOCKS);
  }

  private static RangeList deallocate(CommandSetLimits limits) {
    return new RangeList(
        (int) orMost(limits.dsmRanges(), DsmRange.MAX_RANGES),
        orMost(limits.dsmRangeBlocks(), MAX_RANGE_BLOCKS),
        orMost(limits.dsmBlocks(), Long.MAX_VALUE));
  }

  private static RangeList copy(IdentifyController controller, IdentifyNamespace data) {
    boolean knowsFormat = (controller.copyFormats() & 1) != 0;
    boolean possible = knowsFormat && data.copyRangeBlocks() > 0 && data.copyBlocks() > 0;
    return new RangeList(
        possible ? Math.min(data.copyRanges(), CopyRange.MAX_RANGES) : 0,
        data.copyRangeBlocks(),
        data.copyBlocks());
  }

  /** A limit that was told, else the most that there can be. */
  private static long orMost(long limit, long most) {
    return limit <= 0 ? most : Math.min(limit, most);
  }
}

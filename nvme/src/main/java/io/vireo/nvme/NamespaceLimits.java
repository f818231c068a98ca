package io.vireo.nvme;

import io.vireo.nvme.spec.Capabilities;
import io.vireo.nvme.spec.CommandSetLimits;
import io.vireo.nvme.spec.CopyRange;
import io.vireo.nvme.spec.DsmRange;
import io.vireo.nvme.spec.IdentifyNamespace;

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
 * @param fused whether compare and write can be one (FUSES)
 */
record NamespaceLimits(
    int transferBytes,
    long verifyBlocks,
    long writeZeroesBlocks,
    long writeUncorrectableBlocks,
    RangeList deallocate,
    RangeList copy,
    int optionalCommands,
    boolean fused) {
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
        copy(namespace.identify()),
        optionalCommands(controller),
        controller.identify().fusedCompareAndWrite());
  }

  private static int optionalCommands(NvmeController controller) {
    boolean broken = controller.quirks().contains(Quirk.NO_WRITE_ZEROES);
    return controller.identify().oncs() & (broken ? ~Capabilities.ONCS_WRITE_ZEROES : -1);
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

  private static RangeList copy(IdentifyNamespace data) {
    boolean possible = data.copyRangeBlocks() > 0 && data.copyBlocks() > 0;
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

package io.vireo.nvme;

import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.Zns;
import io.vireo.nvme.spec.ZonedNamespace;
import io.vireo.nvme.transport.TransportQueue;

/**
 * What zones add to a namespace (ZNS 3.4). Reactor thread only. Answers and refusals are those of
 * {@link NamespaceQueue}.
 */
public final class ZonedQueue {
  private final NamespaceQueue disk;
  private final long maxAppendBytes;

  /**
   * @param maxAppendBytes ZASL; no append is longer than MDTS anyway
   */
  ZonedQueue(NamespaceQueue disk, long maxAppendBytes) {
    this.disk = disk;
    this.maxAppendBytes = maxAppendBytes;
  }

  /**
   * The zones of a namespace over a queue pair. Control thread: asks the controller what it limits.
   */
  public static ZonedQueue of(NvmeController controller, NamespaceQueue disk) {
    int limit =
        controller
            .admin()
            .identify(
                Identify.CNS_CONTROLLER_OF_COMMAND_SET,
                0,
                0,
                Identify.CSI_ZONED,
                ZonedNamespace::appendLimit);
    int shift = controller.cap().minPageShift() + limit;
    return new ZonedQueue(disk, limit == 0 || shift > 62 ? Long.MAX_VALUE : 1L << shift);
  }

  /**
   * Zone append (ZNS 3.4.1): writes where the zone's write pointer is; {@link NvmeIo#result} tells
   * at which block that was. It is not cut. Protection information of type 1 is made, or sent, with
   * the zone's first block as the reference tag of the first block; the controller puts the right
   * one in its place.
   *
   * @param zone the zone's first block
   */
  public int append(NvmeIo io, long zone, long blocks, int flags) {
    if (blocks <= 0 || zone < 0 || zone >= disk.namespace().blocks()) {
      return IoQueuePair.OUT_OF_RANGE;
    }
    if (io.dataBytes() > maxAppendBytes) {
      return TransportQueue.TOO_LONG;
    }
    int remap = disk.format().refersToBlock() ? Zns.PIREMAP : 0;
    return disk.uncut(io, Zns.ZONE_APPEND, zone, blocks, flags | remap);
  }

  /**
   * Zone report (ZNS 3.4.2) into the I/O's data, as {@code ZoneReport}.
   *
   * @param lba in the first zone to be reported
   * @param which one of {@code Zns.ALL_ZONES} to {@code OFFLINE_ZONES}
   * @param partial whether only zones are counted that are described
   */
  public int report(NvmeIo io, long lba, int which, boolean partial) {
    long bytes = io.dataBytes();
    if (bytes == 0 || bytes % Integer.BYTES != 0) {
      return IoQueuePair.WRONG_LENGTH;
    }
    long action = (long) which << 8 | Zns.REPORT | (partial ? Zns.PARTIAL : 0);
    long dwords = action << 32 | (bytes / Integer.BYTES - 1);
    return disk.passthrough(io, Zns.ZONE_MANAGEMENT_RECEIVE, lba, dwords, 0);
  }

  /**
   * Zone management send (ZNS 3.4.3).
   *
   * @param zone the zone's first block
   * @param action {@code Zns.OPEN}, {@code CLOSE}, {@code FINISH}, {@code RESET} or {@code OFFLINE}
   */
  public int manage(NvmeIo io, long zone, int action) {
    return send(io, zone, action);
  }

  /** The same for all zones that it makes sense for. */
  public int manageAll(NvmeIo io, int action) {
    return send(io, 0, action | Zns.SELECT_ALL);
  }

  private int send(NvmeIo io, long zone, int action) {
    io.clearData();
    return disk.passthrough(io, Zns.ZONE_MANAGEMENT_SEND, zone, (long) action << 32, 0);
  }
}

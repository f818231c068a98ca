package io.vireo.bdev.malloc;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.IoType;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.HostMemory.HugePages;
import io.vireo.reactor.Reactor;
import java.util.UUID;

/** A disk in memory, all zeroes at first. Its memory lives until its last channel is closed. */
final class MallocBdev extends Bdev {
  private final HostMemory memory;
  private final int numaNode;

  private MallocBdev(
      String name, UUID uuid, BdevGeometry geometry, long blocks, HostMemory memory, int numaNode) {
    super(name, uuid, geometry, blocks);
    this.memory = memory;
    this.numaNode = numaNode;
  }

  /**
   * @param numaNode where its memory is wanted, or {@link io.vireo.linux.Numa#ANY_NODE}
   */
  static MallocBdev allocate(
      String name, UUID uuid, BdevGeometry geometry, long blocks, int numaNode) {
    long bytes = sizeBytes(blocks, geometry.blockBytes());
    HostMemory memory = HostMemory.allocate(bytes, "malloc:" + name, HugePages.PREFER, numaNode);
    try {
      return new MallocBdev(name, uuid, geometry, blocks, memory, numaNode);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  int numaNode() {
    return numaNode;
  }

  /** How much ordinary memory it was promised; 0 when it lies in reserved huge pages. */
  long ordinaryBytes() {
    return memory.hugePages() ? 0 : memory.bytes();
  }

  @Override
  public String productName() {
    return "Malloc disk";
  }

  @Override
  public boolean supports(IoType type) {
    return true;
  }

  @Override
  protected BdevChannel createChannel(Reactor reactor) {
    return new MallocChannel(this, memory, reactor);
  }

  @Override
  protected void destroy() {
    memory.close();
  }
}

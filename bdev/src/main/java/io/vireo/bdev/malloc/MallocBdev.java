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

  private MallocBdev(
      String name, UUID uuid, BdevGeometry geometry, long blocks, HostMemory memory) {
    super(name, uuid, geometry, blocks);
    this.memory = memory;
  }

  static MallocBdev allocate(String name, UUID uuid, BdevGeometry geometry, long blocks) {
    long bytes = sizeBytes(blocks, geometry.blockBytes());
    HostMemory memory = HostMemory.allocate(bytes, "malloc:" + name, HugePages.PREFER);
    try {
      return new MallocBdev(name, uuid, geometry, blocks, memory);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
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

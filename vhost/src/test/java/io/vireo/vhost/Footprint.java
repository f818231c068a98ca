package io.vireo.vhost;

import io.vireo.memreg.AddressSpace;
import java.io.File;

/**
 * What the process has of the things that sessions use.
 *
 * @param descriptors open, of any sort
 * @param files mappings of guests' memory files
 * @param mappings those that the cache knows
 * @param registered regions for DMA
 */
record Footprint(int descriptors, int files, int mappings, int registered) {

  /**
   * Waits until no session and no thread of one is left.
   *
   * @param memory name of the guests' memory files
   */
  static Footprint whenQuiet(TestTarget target, String memory) {
    target.server.controllers().forEach(c -> target.awaitNoSessions(c.name()));
    Await.until(Footprint::noSessionThread, "threads of sessions end");
    return new Footprint(
        new File("/proc/self/fd").list().length,
        AddressSpace.named(memory).size(),
        target.mappings.size(),
        target.registry.regions().size());
  }

  private static boolean noSessionThread() {
    return Thread.getAllStackTraces().keySet().stream()
        .noneMatch(thread -> thread.getName().contains("#"));
  }
}

package io.vireo.daemon.pci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Whether a machine lets this process drive controllers, in a few words. Any thread. */
public final class Vfio {
  private Vfio() {}

  /**
   * For a line of the log: whether there is an IOMMU, and the huge pages. Nothing on a machine
   * whose kernel has no VFIO: no drive can be driven there.
   */
  public static String facts(Path root) throws IOException {
    if (!Files.exists(root.resolve("dev/vfio/vfio"))) {
      return "";
    }
    return "VFIO with%s an IOMMU, %s"
        .formatted(iommuGroups(root) > 0 ? "" : "out", hugePages(HugePagePool.all(root)));
  }

  private static String hugePages(List<HugePagePool> pools) {
    List<String> reserved =
        pools.stream().filter(pool -> pool.total() > 0).map(HugePagePool::text).toList();
    return reserved.isEmpty() ? "no huge pages" : String.join(", ", reserved);
  }

  /** How many groups of functions an IOMMU keeps apart; 0: there is none that works. */
  static long iommuGroups(Path root) throws IOException {
    Path groups = root.resolve("sys/kernel/iommu_groups");
    if (!Files.isDirectory(groups)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(groups)) {
      return all.count();
    }
  }
}

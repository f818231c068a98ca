package io.vireo.daemon.pci;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vireo hugepages}. */
@Command(
    name = "hugepages",
    header = "Shows or changes how much memory is reserved as huge pages.",
    description = {
      "",
      "A target takes huge pages for its own queues and buffers that NVMe controllers reach, where"
          + " there are free ones; nothing requires them but controllers without an IOMMU. Guests'"
          + " memory comes from them only if the hypervisor takes it there. Reserved memory is nobody"
          + " else's; it is found best soon after the machine has started, and given back by a"
          + " reboot.",
      ""
    },
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Examples:",
      "  vireo hugepages",
      "  vireo hugepages 512           1 GiB in all, each node its part if it has it",
      "  vireo hugepages 512 --node 1  1 GiB there; the other nodes stay as they are"
    })
public final class HugePagesCommand implements Callable<Integer> {
  private static final long MAX_PAGES = 1L << 27; // 256 TiB

  private final Path root;
  private final HugePagePool.Store store;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "N",
      description = "how many pages of 2 MiB there are to be; without it they are shown")
  private Long pages;

  @Option(names = "--node", paramLabel = "NODE", description = "only those of this NUMA node")
  private Integer node;

  /**
   * @param root where {@code sys} is: {@code /}
   */
  public HugePagesCommand(Path root) {
    this(root, HugePagePool::store);
  }

  HugePagesCommand(Path root, HugePagePool.Store store) {
    this.root = root;
    this.store = store;
  }

  @Override
  public Integer call() throws IOException {
    List<HugePagePool> pools = pools();
    if (pools.isEmpty()) {
      throw new IllegalArgumentException(
          node == null ? "the kernel has no huge pages" : "there is no NUMA node " + node);
    }
    if (pages != null) {
      set(pools);
    }
    print(pools());
    return 0;
  }

  private List<HugePagePool> pools() throws IOException {
    return HugePagePool.all(root).stream()
        .filter(pool -> node == null || pool.node() == node)
        .toList();
  }

  private void print(List<HugePagePool> pools) {
    PrintWriter out = spec.commandLine().getOut();
    HugePagePool.table(pools).print(out);
    out.flush();
  }

  private void set(List<HugePagePool> pools) throws IOException {
    if (pages < 0 || pages > MAX_PAGES) {
      throw new IllegalArgumentException(
          "%d huge pages are not between 0 and %d".formatted(pages, MAX_PAGES));
    }
    List<HugePagePool> ours =
        pools.stream().filter(pool -> pool.pageKib() == HugePagePool.DEFAULT_KIB).toList();
    if (ours.isEmpty()) {
      throw new IOException("the kernel has no huge pages of 2 MiB (CONFIG_HUGETLBFS)");
    }
    long reserved = spread(ours);
    if (reserved < pages) {
      throw new IOException(
          ("only %d of %d huge pages could be reserved, for there is too little memory in one"
                  + " piece; now there are %d again: ask for fewer, or soon after a reboot")
              .formatted(reserved, pages, giveBack(ours)));
    }
    if (reserved > pages) {
      throw new IOException(
          "%d huge pages are left, not %d: the others are in use; end who uses them, and try again"
              .formatted(reserved, pages));
    }
  }

  /** Gives each pool its part; what one does not have the others take over. */
  private long spread(List<HugePagePool> pools) throws IOException {
    long[] totals = new long[pools.size()];
    long missing = pages;
    for (int i = 0; i < totals.length; i++) {
      int left = totals.length - i;
      totals[i] = pools.get(i).resize(Math.max(0, (missing + left - 1) / left), store).total();
      missing -= totals[i];
    }
    for (int i = 0; i < totals.length && missing > 0; i++) {
      long before = totals[i];
      totals[i] = pools.get(i).resize(before + missing, store).total();
      missing -= totals[i] - before;
    }
    return pages - missing;
  }

  /** Has each pool as it was; answers how many pages there are then. */
  private long giveBack(List<HugePagePool> before) throws IOException {
    long reserved = 0;
    for (HugePagePool pool : before) {
      reserved += pool.resize(pool.total(), store).total();
    }
    return reserved;
  }
}

package io.vireo.daemon.pci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The huge pages of one size that a NUMA node, or a machine without nodes, has reserved
 * (Documentation/admin-guide/mm/hugetlbpage.rst).
 *
 * @param node which node; -1 of a machine without nodes
 * @param pageKib a page's size
 * @param total how many are reserved
 * @param free how many of these nobody uses
 */
record HugePagePool(Path directory, int node, long pageKib, long total, long free) {
  static final int NO_NODE = -1;

  /** The size of which {@link #resize} reserves: 2 MiB. */
  static final long DEFAULT_KIB = 2048;

  private static final String NODES = "sys/devices/system/node";
  private static final Pattern NODE = Pattern.compile("node(\\d+)");
  private static final Pattern SIZE = Pattern.compile("hugepages-(\\d+)kB");
  private static final int KIB_PER_MIB = 1024;

  /** All of a machine, by node and size. */
  static List<HugePagePool> all(Path root) throws IOException {
    List<HugePagePool> pools = new ArrayList<>();
    for (Path directory : list(root.resolve(NODES))) {
      Matcher node = NODE.matcher(directory.getFileName().toString());
      if (node.matches()) {
        add(directory.resolve("hugepages"), Integer.parseInt(node.group(1)), pools);
      }
    }
    if (pools.isEmpty()) {
      add(root.resolve("sys/kernel/mm/hugepages"), NO_NODE, pools);
    }
    pools.sort(
        Comparator.comparingInt(HugePagePool::node).thenComparingLong(HugePagePool::pageKib));
    return pools;
  }

  private static void add(Path directory, int node, List<HugePagePool> pools) throws IOException {
    for (Path pool : list(directory)) {
      Matcher size = SIZE.matcher(pool.getFileName().toString());
      if (size.matches()) {
        pools.add(read(pool, node, Long.parseLong(size.group(1))));
      }
    }
  }

  private static HugePagePool read(Path directory, int node, long pageKib) throws IOException {
    return new HugePagePool(
        directory,
        node,
        pageKib,
        number(directory.resolve("nr_hugepages")),
        number(directory.resolve("free_hugepages")));
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static long number(Path file) throws IOException {
    String text = Files.readString(file).strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(file + " is \"" + text + "\", not a number", e);
    }
  }

  /** A store to a file of the kernel's, which does what it can. */
  interface Store {
    void store(Path file, String text) throws IOException;
  }

  /** The real one. */
  static void store(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
  }

  /** Wants as many pages as that reserved; answers what became of it. */
  HugePagePool resize(long pages, Store store) throws IOException {
    Path file = directory.resolve("nr_hugepages");
    try {
      store.store(file, pages + "\n");
    } catch (IOException e) {
      throw new IOException("%d cannot be stored to %s; run as root".formatted(pages, file), e);
    }
    return read(directory, node, pageKib);
  }

  String nodeText() {
    return node == NO_NODE ? "-" : Integer.toString(node);
  }

  private String sizeText() {
    return pageKib % KIB_PER_MIB == 0 ? pageKib / KIB_PER_MIB + " MiB" : pageKib + " KiB";
  }

  /** As {@code 60 of 64 huge pages of 2 MiB free}. */
  String text() {
    String where = node == NO_NODE ? "" : " on node " + node;
    return "%d of %d huge pages of %s free%s".formatted(free, total, sizeText(), where);
  }

  static TextTable table(List<HugePagePool> pools) {
    TextTable table = new TextTable("NODE", "HUGE PAGE", "RESERVED", "FREE");
    for (HugePagePool pool : pools) {
      table.row(
          pool.nodeText(), pool.sizeText(), Long.toString(pool.total), Long.toString(pool.free));
    }
    return table;
  }
}

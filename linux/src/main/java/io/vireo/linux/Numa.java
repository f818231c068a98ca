package io.vireo.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** On which node of a machine with several memories pages are made. */
public final class Numa {
  /** Wherever the kernel likes: near the thread that touches a page first. */
  public static final int ANY_NODE = -1;

  /** Nodes that a mask names: as many as Linux can be built for. */
  public static final int MAX_NODES = 1024;

  static final int MPOL_PREFERRED = 1;

  private Numa() {}

  /**
   * Wants the pages of a mapping that are not made yet on one node, or elsewhere when there are
   * none: a wish, which a kernel without NUMA, one that may not be asked, and one that has no such
   * node do not know.
   *
   * @return whether the kernel took it
   */
  public static boolean prefer(long address, long bytes, int node) {
    if (node < 0 || node >= MAX_NODES) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      long mask = arena.allocate(ValueLayout.JAVA_LONG, MAX_NODES / Long.SIZE).address();
      Mem.putLong(mask + (long) node / Long.SIZE * Long.BYTES, 1L << node);
      // The kernel looks at one bit less than it is told.
      int bits = MAX_NODES + 1;
      return Syscall.call(Syscall.MBIND, address, bytes, MPOL_PREFERRED, mask, bits, 0) >= 0;
    }
  }
}

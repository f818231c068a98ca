package io.vireo.daemon.perf;

import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.MemoryTable;
import io.vireo.vhost.message.ProtocolException;
import io.vireo.virtio.driver.RingMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Guests that come and go: each connects, shares memory of its own, of which no page was ever
 * touched but the rings', starts its rings, takes the last region away and gives it back, and
 * leaves.
 *
 * <p>{@code share} is the time until the back-end has acknowledged all of the memory: one
 * SET_MEM_TABLE, or an ADD_MEM_REG for each region where these are more than a table holds. {@code
 * change} is the time for one region to go and come back while the rings run: two tables, or a
 * REM_MEM_REG and an ADD_MEM_REG.
 */
final class ConnectStorm implements Storm {
  private static final long PAGE_BYTES = 4096;

  private final Path socket;
  private final long regionBytes;
  private final int regions;
  private final int queues;
  private final Histogram connect = Storm.histogram();
  private final Histogram share = Storm.histogram();
  private final Histogram change = Storm.histogram();

  /**
   * @param memoryBytes in all, shared in so many regions
   */
  ConnectStorm(Path socket, long memoryBytes, int regions, int queues) {
    this.socket = socket;
    this.regions = regions;
    this.queues = queues;
    if (regions < 2) {
      throw new IllegalArgumentException("memory in %d regions cannot change".formatted(regions));
    }
    regionBytes = memoryBytes / regions & -PAGE_BYTES;
    if (regionBytes < PAGE_BYTES + queues * ringBytes()) {
      throw new IllegalArgumentException(
          "regions of %d bytes have no room for %d rings".formatted(regionBytes, queues));
    }
  }

  private static long ringBytes() {
    return new RingMemory(Fit.MIN_RING, 0).end() + PAGE_BYTES; // its place is aligned
  }

  @Override
  public void once() throws IOException {
    try {
      comeAndGo();
    } catch (IllegalStateException | ProtocolException e) {
      throw new IOException(socket + ": " + e.getMessage(), e);
    }
  }

  private void comeAndGo() throws IOException {
    long begin = System.nanoTime();
    try (SocketDisk disk = SocketDisk.connect(socket);
        FrontendMemory memory = new FrontendMemory("vireo-storm")) {
      connect.recordValue(System.nanoTime() - begin);
      if (queues > disk.maxQueues()) {
        throw new IOException(
            "%s: the disk has %d queues, not %d".formatted(socket, disk.maxQueues(), queues));
      }
      long[] sizes = new long[regions];
      Arrays.fill(sizes, regionBytes);
      memory.addAdjacent(0, sizes);
      share(disk.frontend(), memory.regions());
      List<FrontendRing> rings = new ArrayList<>();
      try {
        for (int i = 0; i < queues; i++) {
          rings.add(new FrontendRing(memory, i, Fit.MIN_RING, disk.features()));
          disk.start(rings.get(i));
        }
        change(disk.frontend(), memory.regions());
      } finally {
        rings.forEach(FrontendRing::close);
      }
    }
  }

  private void share(VhostUserFrontend frontend, List<FrontendMemory.Region> all) {
    long begin = System.nanoTime();
    if (inOneTable()) {
      frontend.setTable(all);
    } else {
      all.forEach(frontend::addRegion);
    }
    share.recordValue(System.nanoTime() - begin);
  }

  private void change(VhostUserFrontend frontend, List<FrontendMemory.Region> all) {
    long begin = System.nanoTime();
    if (inOneTable()) {
      frontend.setTable(all.subList(0, regions - 1));
      frontend.setTable(all);
    } else {
      frontend.removeRegion(all.getLast());
      frontend.addRegion(all.getLast());
    }
    change.recordValue(System.nanoTime() - begin);
  }

  private boolean inOneTable() {
    return regions <= MemoryTable.MAX_REGIONS;
  }

  @Override
  public Map<String, Histogram> parts() {
    Map<String, Histogram> parts = new LinkedHashMap<>();
    parts.put("connect", connect);
    parts.put("share", share);
    parts.put("change", change);
    return parts;
  }
}

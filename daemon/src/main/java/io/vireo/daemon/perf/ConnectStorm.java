package io.vireo.daemon.perf;

import io.vireo.linux.ErrnoException;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
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

  /** Of the 65530 mappings that Linux lets a process have, unless told otherwise. */
  private static final int MAX_REGIONS = 1 << 13;

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
      requireSlots(disk.frontend().maxRegions());
      long[] sizes = new long[regions];
      Arrays.fill(sizes, regionBytes);
      map(memory, sizes);
      share(disk, memory.regions());
      List<FrontendRing> rings = new ArrayList<>();
      try {
        for (int i = 0; i < queues; i++) {
          rings.add(new FrontendRing(memory, i, Fit.MIN_RING, disk.features()));
          disk.start(rings.get(i));
        }
        change(disk, memory.regions());
      } finally {
        rings.forEach(FrontendRing::close);
      }
    }
  }

  /** Before anything is mapped: each region takes a mapping, without which a JVM cannot go on. */
  private void requireSlots(long slots) throws IOException {
    if (regions > slots) {
      throw new IOException(
          "%s: the back-end takes %s regions of memory, not %d"
              .formatted(socket, Long.toUnsignedString(slots), regions));
    }
    if (regions > MAX_REGIONS) {
      throw new IOException("%d regions are more than %d".formatted(regions, MAX_REGIONS));
    }
  }

  private void map(FrontendMemory memory, long... sizes) throws IOException {
    try {
      memory.addAdjacent(0, sizes);
    } catch (ErrnoException e) {
      throw new IOException(
          "%d regions of %d bytes cannot be mapped here: %s"
              .formatted(regions, regionBytes, e.getMessage()),
          e);
    }
  }

  private void share(SocketDisk disk, List<FrontendMemory.Region> all) {
    long begin = System.nanoTime();
    if (inOneTable()) {
      disk.frontend().setTable(all);
    } else {
      disk.addRegions(all);
    }
    share.recordValue(System.nanoTime() - begin);
  }

  private void change(SocketDisk disk, List<FrontendMemory.Region> all) {
    long begin = System.nanoTime();
    if (inOneTable()) {
      disk.frontend().setTable(all.subList(0, regions - 1));
      disk.frontend().setTable(all);
    } else {
      disk.frontend().removeRegion(all.getLast());
      disk.addRegions(all.subList(regions - 1, regions));
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

package io.vireo.memreg;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Maps guests' memory files, each part once for all sessions that name it: all disks of one guest
 * use one mapping, and devices pin it once.
 *
 * <p>Shared are mappings of the same file, offset and size; the last reference unmaps. A part is
 * registered in the {@link MemoryRegistry} for as long as any reference has it pinned: devices
 * reach the memory of those guests only that are served by one. Any thread.
 */
public final class MappingCache {
  /**
   * Half of the address space that a process has: the rest is for everything that is not a guest.
   */
  static final long MAX_BYTES = 64L << 40;

  /** The kernel's for one of ours: its part, and what is before and behind it. */
  private static final int KERNEL_MAPPINGS = 3;

  private static final Path KERNEL_LIMIT = Path.of("/proc/sys/vm/max_map_count");
  private static final int KERNEL_DEFAULT = 65_530;

  private final MemoryRegistry registry;
  private final int maxMappings;
  private final Map<MappedFile.Key, MappedFile> files = new HashMap<>(); // guarded by itself
  private int mappings; // guarded by files, as below; those with lost pages, too
  private long mappedBytes;

  /** Guests get half of the kernel's mappings: a JVM that gets none any more ends. */
  public MappingCache(MemoryRegistry registry) {
    this(registry, kernelMappings() / 2 / KERNEL_MAPPINGS);
  }

  MappingCache(MemoryRegistry registry, int maxMappings) {
    this.registry = registry;
    this.maxMappings = maxMappings;
  }

  private static int kernelMappings() {
    // In one read: a second one, which readString makes after the first byte, finds the end.
    try (BufferedReader limit = Files.newBufferedReader(KERNEL_LIMIT)) {
      return Integer.parseInt(limit.readLine());
    } catch (IOException e) {
      return KERNEL_DEFAULT; // a /proc without it
    }
  }

  /**
   * A reference to a mapping of {@code bytes} at {@code fileOffset}, both of any alignment. The
   * descriptor stays the caller's and may be closed at once.
   *
   * @throws ErrnoException the file is shorter, no regular one, not open for reading and writing,
   *     or there is no room
   */
  public Mapping acquire(int fd, long fileOffset, long bytes) {
    MappedFile.Key key = MappedFile.key(fd, fileOffset, bytes);
    synchronized (files) {
      MappedFile file = files.get(key);
      if (file == null) {
        requireRoom(key);
        file = MappedFile.map(key, fd);
        files.put(key, file);
        mappings++;
        mappedBytes += key.bytes();
      } else {
        MappedFile.probe(key, fd);
      }
      file.references++;
      return new Mapping(this, file);
    }
  }

  int maxMappings() {
    return maxMappings;
  }

  /** How many mappings can be shared, each counted once. */
  public int size() {
    synchronized (files) {
      return files.size();
    }
  }

  /** Replaces lost pages; who comes later gets a mapping of the file as it is then. */
  void replaceLost(MappedFile file) {
    synchronized (files) {
      files.remove(file.key(), file);
    }
    file.replaceLost();
  }

  /** Drops one reference; the last one unmaps. */
  void release(MappedFile file) {
    synchronized (files) {
      if (--file.references > 0) {
        return;
      }
      files.remove(file.key(), file);
      mappings--;
      mappedBytes -= file.key().bytes();
    }
    file.unmap();
  }

  void pin(MappedFile file) {
    file.pin(registry);
  }

  void unpin(MappedFile file) {
    file.unpin(registry);
  }

  private void requireRoom(MappedFile.Key key) {
    if (mappings == maxMappings) {
      throw new ErrnoException(
          "map",
          Errno.ENOMEM,
          "of 0x%x bytes besides %d other mappings, as many as vm.max_map_count allows all guests"
              .formatted(key.bytes(), mappings));
    }
    if (key.bytes() > MAX_BYTES - mappedBytes) {
      throw new ErrnoException(
          "map",
          Errno.ENOMEM,
          "of 0x%x bytes besides the 0x%x of all guests, which may have 0x%x"
              .formatted(key.bytes(), mappedBytes, MAX_BYTES));
    }
  }
}

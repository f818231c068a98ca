package io.vireo.nvme.model;

import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.MemoryMap;
import io.vireo.memreg.MemorySubscriber;
import io.vireo.nvme.PollClock;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.PageTable;
import io.vireo.nvme.transport.PcieTransport;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A host around a {@link ControllerModel}: memory that the device sees at other addresses than the
 * host does, a clock that advances by waiting, and a step of the model with each wait.
 */
public final class ModelHost implements AutoCloseable, DmaMemory, MemorySubscriber, PollClock {
  private static final long MEMORY_BYTES = 32L << 20;
  private static final long REGISTERED = 1L << 46; // where the device sees memory of others
  private static final long PAUSE_NS = 1_000_000;

  private final HostMemory memory =
      HostMemory.allocate(MEMORY_BYTES, "nvme-model", HostMemory.HugePages.NEVER);
  private final PageTable pageTable = new PageTable();
  private final NavigableMap<Long, Long> hvaOfIova = new ConcurrentSkipListMap<>(); // 2 MiB each
  private final Map<Long, Long> allocated = new HashMap<>();
  private final Map<Long, Long> freed = new TreeMap<>();
  private final ControllerModel model;
  private final boolean stepsByItself;
  private long next = memory.address();
  private long nowNs;

  /** With a model that each wait steps. */
  public ModelHost(ModelOptions options) {
    this(options, true);
  }

  /**
   * @param stepWhileWaiting false for a model with a thread of its own
   */
  public ModelHost(ModelOptions options, boolean stepWhileWaiting) {
    stepsByItself = !stepWhileWaiting;
    long entry = MemoryMap.ENTRY_BYTES;
    int entries = (int) (MEMORY_BYTES / entry);
    for (int i = 0; i < entries; i++) {
      // Every second pair of neighbours is apart for the device.
      long iova = (0x1000L + i + i / 2 * 3L) * entry;
      pageTable.entries().set(memory.address() + i * entry, entry, iova);
      hvaOfIova.put(iova, memory.address() + i * entry);
    }
    model = new ControllerModel(options, this::hva);
  }

  /** The device reaches that too. */
  @Override
  public void registered(long hva, long bytes) {
    for (long at = hva; at < hva + bytes; at += MemoryMap.ENTRY_BYTES) {
      hvaOfIova.put(at ^ REGISTERED, at);
    }
    pageTable.entries().set(hva, bytes, hva ^ REGISTERED);
  }

  @Override
  public void unregistered(long hva, long bytes) {
    pageTable.entries().clear(hva, bytes);
    for (long at = hva; at < hva + bytes; at += MemoryMap.ENTRY_BYTES) {
      hvaOfIova.remove(at ^ REGISTERED);
    }
  }

  private long hva(long iova) {
    Map.Entry<Long, Long> entry = hvaOfIova.floorEntry(iova);
    return entry == null || iova - entry.getKey() >= MemoryMap.ENTRY_BYTES
        ? HostView.UNMAPPED
        : entry.getValue() + iova - entry.getKey();
  }

  public ControllerModel model() {
    return model;
  }

  public PageTable pageTable() {
    return pageTable;
  }

  public PcieTransport transport() {
    return new PcieTransport(model.bar(), model.barBytes(), pageTable, this);
  }

  @Override
  public long allocate(long bytes, long alignmentBytes) {
    long at =
        freed.entrySet().stream()
            .filter(e -> e.getValue() == bytes && (e.getKey() & alignmentBytes - 1) == 0)
            .findFirst()
            .map(Map.Entry::getKey)
            .orElse((next + alignmentBytes - 1) & -alignmentBytes);
    if (at + bytes > memory.address() + MEMORY_BYTES) {
      throw new IllegalStateException("no room for %d bytes".formatted(bytes));
    }
    if (freed.remove(at) != null) {
      Mem.fill(at, bytes, (byte) 0);
    }
    next = Math.max(next, at + bytes);
    allocated.put(at, bytes);
    return at;
  }

  @Override
  public void free(long hva) {
    Long bytes = allocated.remove(hva);
    if (bytes == null) {
      throw new IllegalStateException("0x%x was not allocated".formatted(hva));
    }
    Mem.fill(hva, bytes, (byte) 0xdd); // whoever still looks there is found out
    freed.put(hva, bytes);
  }

  /** How many allocations were not given back. */
  public int allocations() {
    return allocated.size();
  }

  @Override
  public long nanoTime() {
    return stepsByItself ? System.nanoTime() : nowNs;
  }

  @Override
  public void pause() {
    if (stepsByItself) {
      LockSupport.parkNanos(1_000);
    } else {
      nowNs += PAUSE_NS;
      model.step();
    }
  }

  @Override
  public void close() {
    model.close();
    memory.close();
  }
}

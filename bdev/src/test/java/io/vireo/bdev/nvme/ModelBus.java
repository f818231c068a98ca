package io.vireo.bdev.nvme;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.EventFd;
import io.vireo.memreg.DmaHeap;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.nvme.Quirk;
import io.vireo.nvme.model.ControllerModel;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.Cc;
import io.vireo.nvme.spec.Registers;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeTransport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Controllers in memory, each with a thread of its own, at addresses such as {@code 01:00.0}. */
final class ModelBus implements DriveBus {
  private static final long ENTRY_BYTES = 2 << 20;
  private static final DmaHeap.Options HEAP =
      new DmaHeap.Options(
          "model-bus", HostMemory.HugePages.NEVER, ENTRY_BYTES, 0, 32 * ENTRY_BYTES);

  /** Few enough to run out of. */
  static final int BUFFERS = 48;

  private static final BounceSizes SIZES =
      new BounceSizes(BounceSizes.USUAL_BYTES, BUFFERS, BounceSizes.USUAL_BATCH);

  private final Map<String, Slot> slots = new LinkedHashMap<>();
  private final MemoryRegistry registry = new MemoryRegistry();
  private final DmaHeap heap = new DmaHeap(registry, HEAP);
  final SharedBuffers buffers = new SharedBuffers(heap, () -> SIZES);
  boolean closed;

  /** A controller and whoever has its function. */
  static final class Slot implements DriveFunction {
    private final String address;
    private final ModelHost host;
    private final SharedBuffers buffers;
    private final List<EventFd> events = new ArrayList<>();
    int vectors; // that the function has
    volatile boolean open;
    volatile boolean wantedBack;
    volatile boolean unreadable;
    volatile boolean unstoppable;
    volatile Runnable onClose = () -> {};
    final AtomicInteger stops = new AtomicInteger();
    final AtomicInteger usesWhileClosed = new AtomicInteger();

    Slot(String address, ModelHost host, SharedBuffers buffers) {
      this.address = address;
      this.host = host;
      this.buffers = buffers;
      host.model().start();
    }

    ControllerModel model() {
      return host.model();
    }

    /** How much of the host's memory for devices is in use. */
    int allocations() {
      return host.allocations();
    }

    @Override
    public String address() {
      return address;
    }

    @Override
    public boolean isAt(String traddr) {
      return address.equals(traddr);
    }

    @Override
    public Set<Quirk> quirks() {
      return Set.of();
    }

    @Override
    public byte[] configuration() {
      if (unreadable) {
        throw new ErrnoException("pread", Errno.ENODEV, "of " + address);
      }
      return new byte[] {(byte) 0x86, (byte) 0x80, 0x45, (byte) 0xfc};
    }

    @Override
    public NvmeTransport transport() {
      return host.transport();
    }

    @Override
    public DmaMemory memory() {
      return host;
    }

    @Override
    public SharedBuffers buffers() {
      return buffers;
    }

    @Override
    public boolean reachesGuests() {
      return false;
    }

    @Override
    public List<EventFd> interrupts(int most) {
      if (Cc.isEnabled(transport().get32(Registers.CC))) {
        throw new AssertionError("the controller is enabled already");
      }
      for (int i = 0; i < Math.min(most, vectors); i++) {
        events.add(EventFd.create());
      }
      List<EventFd> all = List.copyOf(events);
      model()
          .onInterrupt(
              vector -> {
                if (vector >= 0 && vector < all.size()) {
                  all.get(vector).signal();
                }
              });
      return all;
    }

    @Override
    public void stop() {
      usesWhileClosed.addAndGet(open ? 0 : 1);
      stops.incrementAndGet();
      if (unstoppable) {
        throw new ErrnoException("ioctl", Errno.EIO, "of a reset of " + address);
      }
      end();
    }

    private void end() {
      model().faults().stickReady(false);
      transport().set32(Registers.CC, 0);
    }

    @Override
    public boolean wantedBack() {
      return wantedBack;
    }

    @Override
    public void close() {
      model().onInterrupt(vector -> {});
      events.forEach(EventFd::close);
      events.clear();
      end(); // the kernel resets what is closed
      open = false;
      onClose.run();
    }
  }

  /** Plugs a controller in. */
  Slot add(String address, ModelOptions options) {
    ModelHost host = new ModelHost(options, false);
    registry.subscribe(host);
    Slot slot = new Slot(address, host, buffers);
    slots.put(address, slot);
    return slot;
  }

  @Override
  public DriveFunction open(String address, boolean withoutIommu) {
    Slot slot = slots.get(address);
    if (slot == null) {
      throw new ErrnoException("open", Errno.ENODEV, "of " + address, "plug it in");
    }
    if (slot.open) {
      throw new ErrnoException("open", Errno.EBUSY, "of " + address);
    }
    slot.open = true;
    return slot;
  }

  List<Slot> slots() {
    return List.copyOf(slots.values());
  }

  /** Throws the controllers away, whose functions were given back. */
  void dispose() {
    heap.close();
    slots.values().forEach(slot -> slot.host.close());
  }

  @Override
  public void close() {
    closed = true;
  }
}

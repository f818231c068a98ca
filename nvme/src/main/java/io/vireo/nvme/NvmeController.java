package io.vireo.nvme;

import io.vireo.linux.Mem;
import io.vireo.nvme.spec.Cap;
import io.vireo.nvme.spec.Cc;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.spec.IdentifyNamespace;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeTransport;
import io.vireo.nvme.transport.QueueOptions;
import io.vireo.nvme.transport.TransportQueue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * One controller, from reset to shutdown (Base 3.5.1). One control thread: straight-line code that
 * blocks; every wait has a deadline and ends with a {@link NvmeException}.
 *
 * <p>A reset is {@link #disable}, after which the controller does no DMA; then each owner of a
 * queue pair ends its requests and {@link #close(IoQueuePair) closes} it; then {@link #enable}.
 */
public final class NvmeController implements AutoCloseable {
  private static final int LIST_ENTRIES = Identify.BYTES / Integer.BYTES;
  private static final int DRAIN_BUDGET = 1 << 16;
  private static final int MAX_TRANSFER_BYTES = 1 << 20;
  private static final int MAX_PAGE_SHIFT = 21;

  private final NvmeTransport transport;
  private final DmaMemory memory;
  private final PollClock clock;
  private final ControllerOptions options;
  private final ControllerRegisters registers;
  private final BitSet queueIds = new BitSet(); // in use
  private int generation;
  private AdminQueue admin; // null: disabled
  private IdentifyController identify;
  private List<NvmeNamespace> namespaces = List.of();
  private int queuePairs;

  private NvmeController(
      NvmeTransport transport, DmaMemory memory, PollClock clock, ControllerOptions options) {
    this.transport = transport;
    this.memory = memory;
    this.clock = clock;
    this.options = options;
    this.registers = new ControllerRegisters(transport, clock);
  }

  /**
   * Resets the controller, whatever state it is in, enables it and asks what it is.
   *
   * @param memory for queues and answers; the transport's device can reach it
   */
  public static NvmeController attach(
      NvmeTransport transport, DmaMemory memory, PollClock clock, ControllerOptions options) {
    NvmeController controller = new NvmeController(transport, memory, clock, options);
    controller.disable();
    controller.enable();
    return controller;
  }

  /** Stops the controller: when this returns it does no DMA, and its queues are forgotten. */
  public void disable() {
    registers.disable();
    generation++;
    closeAdmin();
  }

  private void closeAdmin() {
    if (admin != null) {
      admin.close();
      admin = null;
    }
  }

  /** Enables the disabled controller and identifies it and its namespaces anew. */
  public void enable() {
    if (admin != null) {
      throw new IllegalStateException("controller is enabled");
    }
    int pageShift = pageShift();
    int entries = options.adminEntries();
    QueueOptions size = new QueueOptions(entries, entries - 1, MAX_TRANSFER_BYTES, 0, 0);
    TransportQueue queue = transport.openAdmin(size, 1 << pageShift);
    long timeoutNs = options.adminTimeoutMs() * 1_000_000;
    admin = new AdminQueue(transport, queue, memory, clock, timeoutNs);
    try {
      registers.enable(Cc.of(commandSet(), pageShift));
      identify = admin.identify(Identify.CNS_CONTROLLER, 0, IdentifyController::decode);
      queuePairs = admin.requestQueues(options.ioQueues());
      rescan();
    } catch (NvmeException e) {
      stopAfter(e);
      throw e;
    }
  }

  /** The queue's memory goes back only when the controller is known to do no DMA. */
  private void stopAfter(NvmeException cause) {
    try {
      disable();
    } catch (NvmeException e) {
      cause.addSuppressed(e);
    }
  }

  /** The page of most hosts where the controller has it, else the nearest (CC.MPS). */
  private int pageShift() {
    Cap cap = registers.cap();
    int shift = Math.max(12, cap.minPageShift());
    if (shift > Math.min(cap.maxPageShift(), MAX_PAGE_SHIFT)) {
      throw new NvmeException(
          "controller's pages of 2^%d to 2^%d bytes cannot be used"
              .formatted(cap.minPageShift(), cap.maxPageShift()));
    }
    return shift;
  }

  private int commandSet() {
    int sets = registers.cap().commandSets();
    if ((sets & Cap.CSS_NVM) != 0) {
      return Cc.CSS_NVM;
    }
    if ((sets & Cap.CSS_ALL) != 0) {
      return Cc.CSS_ALL;
    }
    throw new NvmeException("controller has no I/O commands (CAP.CSS 0x%x)".formatted(sets));
  }

  /** Asks again which namespaces are active (Base 5.17.2.2) and what they are. */
  public List<NvmeNamespace> rescan() {
    List<NvmeNamespace> found = new ArrayList<>();
    int after = 0;
    int[] ids;
    do {
      int above = after;
      ids = admin.identify(Identify.CNS_ACTIVE_NAMESPACES, above, at -> ids(at, above));
      for (int id : ids) {
        IdentifyNamespace data =
            admin.identify(Identify.CNS_NAMESPACE, id, IdentifyNamespace::decode);
        if (data.sizeBlocks() > 0) {
          found.add(new NvmeNamespace(id, data));
        }
        after = id;
      }
    } while (ids.length == LIST_ENTRIES);
    namespaces = List.copyOf(found);
    return namespaces;
  }

  /** The ids of a list up to its end, which is also where they do not ascend any more. */
  private static int[] ids(long address, int above) {
    int[] ids = new int[LIST_ENTRIES];
    int count = 0;
    int last = above;
    while (count < LIST_ENTRIES) {
      int id = Mem.getInt(address + (long) count * Integer.BYTES);
      if (Integer.compareUnsigned(id, last) <= 0) {
        break;
      }
      ids[count++] = id;
      last = id;
    }
    return Arrays.copyOf(ids, count);
  }

  /**
   * Makes an I/O queue pair; any one thread may then poll it.
   *
   * @param entries at most CAP.MQES + 1
   * @param requests in flight, less than {@code entries}
   * @param buffers for data that the controller cannot take where they lie
   */
  public IoQueuePair openQueuePair(int entries, int requests, BounceBuffers buffers) {
    int qid = queueIds.nextClearBit(1);
    if (qid > queuePairs) {
      throw new NvmeException(
          "all %d queue pairs of the controller are in use".formatted(queuePairs));
    }
    int most = registers.cap().maxQueueEntries();
    if (entries > most) {
      throw new NvmeException(
          "queue of %d entries is larger than the controller's %d".formatted(entries, most));
    }
    int sgl = identify.sglsSupported() ? identify.sglAlignmentBytes() : 0;
    QueueOptions size = new QueueOptions(entries, requests, maxTransferBytes(), sgl, 0);
    TransportQueue queue = transport.openIo(qid, size, admin());
    queueIds.set(qid);
    return new IoQueuePair(queue, generation, buffers);
  }

  /** The same without bounce buffers. */
  public IoQueuePair openQueuePair(int entries, int requests) {
    return openQueuePair(entries, requests, BounceBuffers.NONE);
  }

  /** The way to a namespace over a queue pair: for I/Os on the queue pair's thread. */
  public NamespaceQueue open(IoQueuePair pair, NvmeNamespace namespace) {
    return new NamespaceQueue(pair, namespace, maxTransferBytes());
  }

  /**
   * Closes a queue pair that nobody polls any more: deletes it, takes what ended, and ends the rest
   * as aborted by the host. When the deletion fails nothing is given back: disable the controller
   * and close again.
   */
  public void close(IoQueuePair pair) {
    if (pair.generation() == generation) {
      transport.deleteIo(pair.id(), admin());
      pair.poll(DRAIN_BUDGET);
    }
    pair.endAll(NvmeStatus.ABORTED_BY_HOST);
    pair.queue().close();
    queueIds.clear(pair.id());
  }

  /** The most data of one command: MDTS, and no more than the driver's lists are made for. */
  public int maxTransferBytes() {
    int minPageBytes = 1 << registers.cap().minPageShift();
    return Math.min(identify.maxTransferBytes(minPageBytes), MAX_TRANSFER_BYTES);
  }

  /** Orderly end: CC.SHN, then disabled. All queue pairs are closed. */
  @Override
  public void close() {
    if (admin != null) {
      try {
        registers.shutdown(options.shutdownTimeoutMs());
      } finally {
        disable();
      }
    }
  }

  /** Gives up a controller that is gone or whose DMA was stopped from outside; asks it nothing. */
  public void abandon() {
    generation++;
    closeAdmin();
  }

  /** Admin commands of the enabled controller. */
  public AdminQueue admin() {
    if (admin == null) {
      throw new NvmeException("controller is disabled");
    }
    return admin;
  }

  public IdentifyController identify() {
    return identify;
  }

  /** The active namespaces, ascending. */
  public List<NvmeNamespace> namespaces() {
    return namespaces;
  }

  /** How many I/O queue pairs there can be. */
  public int queuePairs() {
    return queuePairs;
  }
}

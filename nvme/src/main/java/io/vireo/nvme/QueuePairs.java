package io.vireo.nvme;

import io.vireo.nvme.spec.Cap;
import io.vireo.nvme.spec.Cc;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeTransport;
import io.vireo.nvme.transport.QueueOptions;
import io.vireo.nvme.transport.TransportQueue;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The I/O queue pairs of a controller, over its resets. Its control thread. */
final class QueuePairs {
  private final NvmeController controller;
  private final NvmeTransport transport;
  private final DmaMemory memory;
  private final Cap cap;
  private final PollClock clock;
  private final BitSet ids = new BitSet(); // in use
  private final List<IoQueuePair> lent = new ArrayList<>(); // to one command each

  QueuePairs(
      NvmeController controller,
      NvmeTransport transport,
      DmaMemory memory,
      Cap cap,
      PollClock clock) {
    this.controller = controller;
    this.transport = transport;
    this.memory = memory;
    this.cap = cap;
    this.clock = clock;
  }

  /** CC.AMS: whether the priorities of queues shall mean something. */
  int arbitration(ControllerOptions options) {
    boolean weighted = options.arbitration().weighted() && cap.weightedRoundRobin();
    return weighted ? Cc.AMS_WEIGHTED : 0;
  }

  IoQueuePair open(QueuePairOptions options) {
    int qid = ids.nextClearBit(1);
    TransportQueue queue = openQueue(qid, options);
    ids.set(qid);
    return new IoQueuePair(controller::generation, queue, options, clock.nanoTime());
  }

  private TransportQueue openQueue(int qid, QueuePairOptions options) {
    if (qid > controller.queuePairs()) {
      throw new NvmeException(
          "all %d queue pairs of the controller are in use".formatted(controller.queuePairs()));
    }
    int entries = options.entries();
    int most = cap.maxQueueEntries();
    if (entries > most) {
      throw new NvmeException(
          "queue of %d entries is larger than the controller's %d".formatted(entries, most));
    }
    boolean sgls = controller.identify().sglsSupported();
    QueueOptions size =
        new QueueOptions(
            entries,
            options.requests(),
            controller.maxTransferBytes(),
            sgls ? controller.identify().sglAlignmentBytes() : 0,
            options.priority(),
            options.interruptVector());
    return NvmeException.unlessFit(() -> transport.openIo(qid, size, controller.admin()));
  }

  void reopen(IoQueuePair pair) {
    if (pair.generation() == controller.generation()) {
      throw new IllegalStateException("queue pair %d is open".formatted(pair.id()));
    }
    if (!pair.isSuspended()) {
      throw new IllegalStateException("queue pair %d is not suspended".formatted(pair.id()));
    }
    TransportQueue old = pair.queue();
    TransportQueue fresh = openQueue(old.id(), pair.options());
    old.close();
    pair.reopened(fresh);
  }

  /** Sends a command on a queue pair of its own. */
  SentCommand<AdminResult> send(AdminCommand command, byte[] data, long withinMs) {
    IoQueuePair pair = open(QueuePairOptions.of(2, 1, BounceBuffers.NONE));
    lent.add(pair);
    CommandExchange commands =
        new CommandExchange(
            transport,
            pair.queue(),
            memory,
            clock,
            CommandErrors.NONE,
            controller.admin()::askForEnd);
    try {
      return commands.passThrough(command, data, withinMs).afterwards(() -> closeLent(pair));
    } catch (RuntimeException e) {
      closeLent(pair);
      throw e;
    }
  }

  /** One that cannot be deleted now is closed once the controller is disabled. */
  private void closeLent(IoQueuePair pair) {
    if (lent.contains(pair)) {
      try {
        close(pair);
        lent.remove(pair);
      } catch (NvmeException e) {
        return; // see above
      }
    }
  }

  /** The controller is disabled, or does no DMA any more. */
  void closeLent() {
    lent.forEach(this::close);
    lent.clear();
  }

  void close(IoQueuePair pair) {
    if (pair.generation() == controller.generation()) {
      transport.deleteIo(pair.id(), controller.admin());
    }
    try {
      pair.end();
    } finally { // also when an owner throws that is told now
      pair.queue().close();
      ids.clear(pair.id());
    }
  }
}

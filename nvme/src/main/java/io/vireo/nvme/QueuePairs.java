package io.vireo.nvme;

import io.vireo.nvme.spec.Cap;
import io.vireo.nvme.spec.Cc;
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
  private final Cap cap;
  private final PollClock clock;
  private final BitSet ids = new BitSet(); // in use
  private final List<Left> left = new ArrayList<>();

  /** A queue pair that could not be deleted, and what its commands have of memory. */
  private record Left(IoQueuePair pair, CommandExchange commands) {}

  QueuePairs(NvmeController controller, NvmeTransport transport, Cap cap, PollClock clock) {
    this.controller = controller;
    this.transport = transport;
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

  /**
   * Closes a queue pair for commands; one that cannot be deleted once the controller is disabled.
   */
  void closeNowOrDisabled(IoQueuePair pair, CommandExchange commands) {
    try {
      close(pair);
      commands.close();
    } catch (NvmeException e) {
      left.add(new Left(pair, commands));
    }
  }

  /** The controller is disabled, or does no DMA any more. */
  void closeLeft() {
    for (Left one : left) {
      close(one.pair);
      one.commands.close();
    }
    left.clear();
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

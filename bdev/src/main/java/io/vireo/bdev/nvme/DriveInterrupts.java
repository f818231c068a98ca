package io.vireo.bdev.nvme;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.EventFd;
import io.vireo.nvme.transport.QueueOptions;
import io.vireo.reactor.Reactor;
import java.util.BitSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interrupt vectors of a drive: one for each queue pair of a reactor that sleeps, while there
 * are any. A reactor that gets none is awake as long as requests are in flight. On the drive's
 * thread.
 */
final class DriveInterrupts {
  /** No interrupt: the queue is only polled. */
  static final int NONE = QueueOptions.NO_INTERRUPTS;

  private static final Logger log = LoggerFactory.getLogger(DriveInterrupts.class);
  private static final int ADMIN_VECTOR = 0;

  private final List<EventFd> events;
  private final BitSet used = new BitSet();

  private DriveInterrupts(List<EventFd> events) {
    this.events = events;
    used.set(ADMIN_VECTOR);
  }

  /** Switches on as many as the reactors of this machine can want; before CC.EN is set. */
  static DriveInterrupts enable(NvmeAttach origin, DriveFunction function) {
    int queues = Math.min(origin.num_io_queues(), Runtime.getRuntime().availableProcessors());
    try {
      return new DriveInterrupts(function.interrupts(ADMIN_VECTOR + 1 + queues));
    } catch (ErrnoException e) {
      log.warn("{} is polled: {}", function.address(), e.getMessage());
      return new DriveInterrupts(List.of());
    }
  }

  /** A vector for a queue of that reactor, or {@link #NONE}. */
  int take(Reactor reactor) {
    int vector = used.nextClearBit(0);
    if (!reactor.sleeps() || vector >= events.size()) {
      return NONE;
    }
    used.set(vector);
    return vector;
  }

  /** What {@link #take} answered is free again. */
  void give(int vector) {
    if (vector != NONE) {
      used.clear(vector);
    }
  }

  /** What a vector makes readable. Any thread. */
  int fd(int vector) {
    return events.get(vector).fd();
  }
}

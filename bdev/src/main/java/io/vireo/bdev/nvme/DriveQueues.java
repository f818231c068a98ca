package io.vireo.bdev.nvme;

import io.vireo.nvme.NvmeController;
import io.vireo.nvme.Thrown;
import io.vireo.reactor.Reactor;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue pairs of a drive, one for each reactor that serves one of its disks. On the drive's
 * thread, but for {@link #all}.
 */
final class DriveQueues {
  private static final Logger log = LoggerFactory.getLogger(DriveQueues.class);

  private final NvmeDrive drive;
  private final NvmeController controller;
  private final Map<Reactor, DriveQueue> joinable = new HashMap<>();
  private final Set<DriveQueue> open = new LinkedHashSet<>(); // those too that are being closed
  private volatile List<DriveQueue> all = List.of();

  DriveQueues(NvmeDrive drive, NvmeController controller) {
    this.drive = drive;
    this.controller = controller;
  }

  /** The reactor's queue, for one more user, who has to begin it there. */
  DriveQueue join(Reactor reactor) {
    DriveQueue queue = joinable.computeIfAbsent(reactor, this::open);
    queue.users++;
    return queue;
  }

  private DriveQueue open(Reactor reactor) {
    DriveQueue queue = DriveQueue.open(drive, controller, reactor);
    open.add(queue);
    all = List.copyOf(open);
    return queue;
  }

  /** A user needs the queue no more; the last one has it closed, if it is not. */
  void leave(DriveQueue queue) {
    if (open.contains(queue) && --queue.users == 0) {
      joinable.remove(queue.reactor(), queue);
      close(queue);
    }
  }

  private void close(DriveQueue queue) {
    onReactor(queue, DriveQueue::end);
    queue.close();
    open.remove(queue);
    all = List.copyOf(open);
  }

  /** Closes all, when no disk is left. */
  void close() {
    joinable.clear();
    List.copyOf(open).forEach(this::close);
  }

  /**
   * The controller is enabled again: makes the queues anew and sends what waits. Those that it
   * would not delete before, which nobody uses, it does not know any more.
   */
  void resume() {
    List.copyOf(open).stream().filter(queue -> queue.users == 0).forEach(this::close);
    open.forEach(DriveQueue::reopen);
    each(DriveQueue::resume);
  }

  /**
   * Does something with each, on its reactor. An owner that throws, whose memory has gone, keeps no
   * other queue from it: the queue itself has done what it was to do.
   */
  void each(Consumer<DriveQueue> what) {
    Throwable thrown = null;
    for (DriveQueue queue : open) {
      try {
        onReactor(queue, what);
      } catch (InternalError e) {
        log.warn("{} queue {}: {}", drive.name(), queue.id(), e.getMessage());
      } catch (RuntimeException | Error e) {
        thrown = Thrown.first(thrown, e);
      }
    }
    Thrown.again(thrown);
  }

  /** Whether requests are still there that were cancelled then or before. */
  boolean hasCancelled(DriveQueue queue, int number) {
    return ask(queue, q -> q.hasCancelled(number));
  }

  /** Whether the controller has commands. */
  boolean haveCommands() {
    return open.stream().anyMatch(queue -> ask(queue, DriveQueue::hasCommands));
  }

  /** Has a queue find which commands take too long; false: it is not there any more. */
  boolean findLate(DriveQueue queue) {
    return ask(
        queue,
        q -> {
          q.late().look();
          return true;
        });
  }

  /** Answers false for a queue that is not there any more. */
  private boolean ask(DriveQueue queue, Predicate<DriveQueue> what) {
    AtomicBoolean answer = new AtomicBoolean();
    if (open.contains(queue)) {
      onReactor(queue, q -> answer.set(what.test(q)));
    }
    return answer.get();
  }

  private static void onReactor(DriveQueue queue, Consumer<DriveQueue> what) {
    AtomicBoolean begun = new AtomicBoolean();
    try {
      queue
          .reactor()
          .surely(
              () -> {
                begun.set(true);
                what.accept(queue);
              });
    } catch (IllegalStateException e) {
      if (begun.get()) {
        throw e;
      }
      log.debug("{} has ended, and its queues with it", queue.reactor().name(), e);
    }
  }

  List<DriveQueue> all() {
    return all;
  }
}

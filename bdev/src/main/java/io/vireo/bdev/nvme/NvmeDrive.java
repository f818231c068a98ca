package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.linux.Errno;
import io.vireo.nvme.NamespaceChanges;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.PollClock;
import io.vireo.nvme.Quirk;
import io.vireo.nvme.SentCommand;
import io.vireo.nvme.spec.Capabilities;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.Uninterrupted;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A controller that an operator attached: its state, its namespaces, its queues. Any control thread
 * but its own; what touches the controller is done on that one.
 */
final class NvmeDrive {
  private static final Logger log = LoggerFactory.getLogger(NvmeDrive.class);

  private final NvmeAttach origin;
  private final NvmeOptions options;
  private final DriveFunction function;
  private final DriveInterrupts interrupts;
  private final NvmeController controller;
  private final DriveThread thread;
  private final OperatorCalls calls;
  private final Deadlines deadlines;
  private final DriveQueues queues;
  private final Recovery recovery;
  private final Aborts aborts;
  private final DriveThread publisher;
  private final DriveNamespaces namespaces;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Consumer<NvmeDrive> gone;
  private final ErrorInjections errors;
  private final DriveHistory history;

  /**
   * Attaches the controller behind {@code function}, which the drive then owns, also when this
   * fails.
   *
   * @param clock of everything that it waits for
   * @param gone told, on any thread, when the drive has been detached, or has detached itself: its
   *     function was removed or is wanted back
   */
  static NvmeDrive attach(
      NvmeAttach origin,
      NvmeOptions options,
      DriveFunction function,
      BdevRegistry bdevs,
      PollClock clock,
      Consumer<NvmeDrive> gone) {
    DriveThread thread = new DriveThread("nvme " + origin.name());
    try {
      Attachment attachment = thread.call(() -> Attachment.start(origin, options, function, clock));
      NvmeDrive drive = new NvmeDrive(attachment, thread, bdevs, gone);
      drive.begin();
      return drive;
    } catch (RuntimeException | Error e) {
      thread.close();
      function.close();
      throw e;
    }
  }

  private NvmeDrive(
      Attachment attachment, DriveThread thread, BdevRegistry bdevs, Consumer<NvmeDrive> gone) {
    this.origin = attachment.origin();
    this.errors = attachment.errors();
    this.options = attachment.options();
    this.function = attachment.function();
    this.interrupts = attachment.interrupts();
    this.controller = attachment.controller();
    this.thread = thread;
    this.gone = gone;
    calls = new OperatorCalls(name(), attachment.clock());
    deadlines = new Deadlines(attachment.clock());
    queues = new DriveQueues(this, controller);
    recovery = new Recovery(this, attachment, queues, deadlines);
    aborts = new Aborts(this, attachment, queues, recovery, deadlines);
    history = new DriveHistory(recovery, aborts);
    publisher = new DriveThread("nvme " + name() + " bdevs");
    namespaces = new DriveNamespaces(bdevs, namespace -> NvmeBdev.of(this, namespace));
  }

  /** Registers the bdevs, or undoes everything. */
  private void begin() {
    try {
      namespaces.publish(controller.namespaces());
    } catch (RuntimeException | Error e) {
      publisher.close();
      thread.run(recovery::shutDown);
      throw e;
    }
    thread.run(() -> controller.events().listen(new DriveEvents(this)));
    thread.every(this::look, options.adminPollUs());
  }

  /** On the drive's thread, now and then: what the controller has to say, and how it is. */
  private void look() {
    if (function.wantedBack()) {
      leave("it is wanted back");
    }
    deadlines.runDue();
    recovery.look(); // also then: requests that it waits for end when the controller is gone
    aborts.look();
  }

  /** The controller's namespaces are not what they were; on the drive's thread. */
  void changed(NamespaceChanges changes) {
    publisher.post(() -> namespaces.change(changes));
  }

  /** The drive goes of itself; on its own thread, which what follows needs. */
  void leave(String why) {
    if (recovery.deleting()) {
      log.warn("{} at {} is detached: {}", name(), address(), why);
      publisher.post(this::end);
    }
  }

  /** The kernel says that its function has been pulled out. */
  void removed() {
    thread.post(recovery::lost);
  }

  /** Removes the bdevs, waiting for what is in flight, and gives the function back. */
  void detach() {
    if (!call(recovery::deleting)) {
      throw new BdevException(Errno.ENODEV, "controller %s is being removed".formatted(name()));
    }
    calls.run(publisher, this::end);
  }

  /** Whatever fails: what comes after it is done nevertheless. */
  private void end() {
    DriveThread.guarded(namespaces::removeAll);
    DriveThread.guarded(() -> thread.runLast(recovery::shutDown));
    publisher.close();
    ended.countDown();
    gone.accept(this);
  }

  /** Waits until it is detached, which has begun. */
  void awaitEnd() {
    Uninterrupted.run(ended::await);
  }

  /** Whether it is detached. */
  boolean hasEnded() {
    return ended.getCount() == 0;
  }

  /** The reactor's queue pair, for one more channel; made when there is none. */
  DriveQueue join(Reactor reactor) {
    return call(
        () -> {
          recovery.requireEnabled();
          return queues.join(reactor);
        });
  }

  /** A channel uses it no more; any thread, does not wait. */
  void leave(DriveQueue queue) {
    thread.post(() -> queues.leave(queue));
  }

  /** Resets the controller; requests in flight are sent again. */
  void reset() {
    calls.run(thread, recovery::reset);
  }

  /** Disables the controller; requests fail from then on. */
  void disable() {
    calls.run(thread, recovery::disable);
  }

  /** Enables a controller that was disabled or has failed. */
  void enable() {
    calls.run(thread, recovery::enable);
  }

  /** Commands are to end that nobody wants any more; reactor thread. */
  void cancel(DriveQueue queue, int[] commandIds, int number) {
    int since = recovery.beginnings();
    thread.post(() -> aborts.cancel(queue, since, commandIds, number));
  }

  /** Has the enabled controller sent a command and waits; the drive's thread goes on meanwhile. */
  <T> T await(Function<NvmeController, SentCommand<T>> what) {
    return calls.await(thread, withController(what));
  }

  /** Does something with the enabled controller, on the drive's thread. */
  <T> T withController(Function<NvmeController, T> what) {
    return call(
        () -> {
          recovery.requireEnabled();
          return what.apply(controller);
        });
  }

  private <T> T call(Supplier<T> what) {
    return calls.call(thread, what);
  }

  String name() {
    return origin.name();
  }

  /** What an operator called for it. */
  NvmeAttach origin() {
    return origin;
  }

  String address() {
    return function.address();
  }

  /** The configuration space of its function. */
  byte[] configuration() {
    return function.configuration();
  }

  NvmeOptions options() {
    return options;
  }

  DriveState state() {
    return recovery.state();
  }

  /** What the controller says that it is. */
  IdentifyController identify() {
    return controller.identify();
  }

  /** ONCS, without what is offered and does not work. */
  int optionalCommands() {
    int offered = controller.identify().oncs();
    return controller.quirks().contains(Quirk.NO_WRITE_ZEROES)
        ? offered & ~Capabilities.ONCS_WRITE_ZEROES
        : offered;
  }

  /** Whether the names of its namespaces tell one from another. */
  boolean namesNamespaces() {
    return !controller.quirks().contains(Quirk.BOGUS_NAMES);
  }

  /** What wakes reactors that sleep. */
  DriveInterrupts interrupts() {
    return interrupts;
  }

  /** For data that the controller does not reach where they lie. */
  SharedBuffers buffers() {
    return function.buffers();
  }

  boolean reachesGuests() {
    return function.reachesGuests();
  }

  /** Whether that is the address of its function, in whatever form. */
  boolean isAt(String traddr) {
    return function.isAt(traddr);
  }

  List<NvmeBdev> bdevs() {
    return namespaces.all();
  }

  List<DriveQueue> queues() {
    return queues.all();
  }

  /** What has happened to it. */
  DriveHistory history() {
    return history;
  }

  /** What an operator wants to go wrong. */
  ErrorInjections errors() {
    return errors;
  }
}

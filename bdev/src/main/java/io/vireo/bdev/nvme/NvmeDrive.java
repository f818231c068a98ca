package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.linux.Errno;
import io.vireo.nvme.ControllerOptions;
import io.vireo.nvme.NamespaceChanges;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeException;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.Quirk;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.reactor.Reactor;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
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

  private static final long DEFAULT_ADMIN_TIMEOUT_MS = 30_000;

  private final NvmeAttach origin;
  private final NvmeOptions options;
  private final DriveFunction function;
  private final NvmeController controller;
  private final DriveThread thread;
  private final DriveQueues queues;
  private final Recovery recovery;
  private final DriveThread publisher;
  private final DriveNamespaces namespaces;
  private final Consumer<NvmeDrive> gone;
  private final ErrorInjections errors = new ErrorInjections();

  /**
   * Attaches the controller behind {@code function}, which the drive then owns, also when this
   * fails.
   *
   * @param gone told, on another thread, when the drive has detached itself: its function was
   *     removed or is wanted back
   */
  static NvmeDrive attach(
      NvmeAttach origin,
      NvmeOptions options,
      DriveFunction function,
      BdevRegistry bdevs,
      Consumer<NvmeDrive> gone) {
    DriveThread thread = new DriveThread("nvme " + origin.name());
    try {
      NvmeController controller =
          thread.call(
              () ->
                  NvmeController.attach(
                      function.transport(),
                      function.memory(),
                      new DriveClock(),
                      controllerOptions(origin, options, function.quirks())));
      NvmeDrive drive = new NvmeDrive(origin, options, function, controller, thread, bdevs, gone);
      drive.begin();
      return drive;
    } catch (RuntimeException | Error e) {
      thread.close();
      function.close();
      throw e;
    }
  }

  private static ControllerOptions controllerOptions(
      NvmeAttach origin, NvmeOptions options, Set<Quirk> quirks) {
    long adminUs = options.timeoutAdminUs() > 0 ? options.timeoutAdminUs() : options.timeoutUs();
    return new ControllerOptions(
        ControllerOptions.DEFAULT.adminEntries(),
        Math.min(origin.num_io_queues(), ControllerOptions.MAX_IO_QUEUES),
        adminUs > 0 ? Math.ceilDiv(adminUs, 1000) : DEFAULT_ADMIN_TIMEOUT_MS,
        ControllerOptions.DEFAULT.shutdownTimeoutMs(),
        !options.arbitration().equals(NvmeOptions.Arbitration.DEFAULT),
        quirks);
  }

  private NvmeDrive(
      NvmeAttach origin,
      NvmeOptions options,
      DriveFunction function,
      NvmeController controller,
      DriveThread thread,
      BdevRegistry bdevs,
      Consumer<NvmeDrive> gone) {
    this.origin = origin;
    this.options = options;
    this.function = function;
    this.controller = controller;
    this.thread = thread;
    this.gone = gone;
    queues = new DriveQueues(this, controller);
    recovery = new Recovery(this, function, controller, queues, thread);
    publisher = new DriveThread("nvme " + origin.name() + " bdevs");
    namespaces = new DriveNamespaces(bdevs, this::bdev);
  }

  private NvmeBdev bdev(NvmeNamespace namespace) {
    String refusal = NamespaceGeometry.refusal(namespace);
    if (refusal != null) {
      log.warn("namespace {} of {} is no bdev: {}", namespace.id(), name(), refusal);
      return null;
    }
    String bdevName = name() + "n" + Integer.toUnsignedString(namespace.id());
    return new NvmeBdev(this, bdevName, NamespaceIdentity.uuid(this, namespace), namespace);
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
    } else {
      recovery.look();
    }
  }

  /** The controller's namespaces are not what they were; on the drive's thread. */
  void changed(NamespaceChanges changes) {
    publisher.post(() -> namespaces.change(changes));
  }

  /** The drive goes of itself; on its own thread, which what follows needs. */
  void leave(String why) {
    if (recovery.deleting()) {
      log.warn("{} at {} is detached: {}", name(), address(), why);
      publisher.post(
          () -> {
            namespaces.removeAll();
            end();
            gone.accept(this);
          });
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
    publisher.run(namespaces::removeAll);
    end();
  }

  private void end() {
    thread.runLast(recovery::shutDown);
    publisher.close();
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
    run(recovery::reset);
  }

  /** Disables the controller; requests fail from then on. */
  void disable() {
    run(recovery::disable);
  }

  /** Enables a controller that was disabled or has failed. */
  void enable() {
    run(recovery::enable);
  }

  /** A request takes long; reactor thread. */
  void late(DriveQueue queue, int commandId, long ageNs) {
    thread.post(() -> recovery.late(queue, commandId, ageNs));
  }

  /** Does something with the enabled controller, on the drive's thread. */
  <T> T withController(Function<NvmeController, T> what) {
    return call(
        () -> {
          recovery.requireEnabled();
          return what.apply(controller);
        });
  }

  private void run(Runnable what) {
    call(
        () -> {
          what.run();
          return null;
        });
  }

  private <T> T call(Supplier<T> what) {
    try {
      return thread.call(what);
    } catch (NvmeException e) {
      throw new BdevException(Errno.EIO, "%s: %s".formatted(name(), e.getMessage()));
    } catch (RejectedExecutionException e) {
      throw new BdevException(Errno.ENODEV, "controller %s has been removed".formatted(name()));
    }
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

  /** Memory that the controller reaches. */
  DmaMemory memory() {
    return function.memory();
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

  /** What an operator wants to go wrong. */
  ErrorInjections errors() {
    return errors;
  }
}

package io.vireo.vhost;

import io.vireo.bdev.NameRule;
import io.vireo.bdev.Printable;
import io.vireo.linux.Errno;
import io.vireo.memreg.MappingCache;
import io.vireo.reactor.CpuMask;
import io.vireo.reactor.ReactorGroup;
import io.vireo.virtio.QueueBudget;
import io.vireo.virtio.VirtioDevice;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The controllers of a target, each a socket in one directory. Any thread.
 *
 * <p>The reactors must outlive it. Who listens to them passes memory faults on ({@link
 * #memoryFault}).
 */
public final class VhostServer implements AutoCloseable {
  /** Owner and group: who runs the hypervisors shares a group with the target. */
  public static final int DEFAULT_SOCKET_MODE = 0660;

  private final Path socketDirectory;
  private final int socketMode;
  private final MappingCache mappings;
  private final ReactorGroup reactors;
  private final QueueBudget budget = QueueBudget.ofHeap();
  private final Map<String, VhostController> controllers = new ConcurrentSkipListMap<>();

  /** With sockets of the default mode. */
  public VhostServer(Path socketDirectory, MappingCache mappings, ReactorGroup reactors) {
    this(socketDirectory, DEFAULT_SOCKET_MODE, mappings, reactors);
  }

  /**
   * @param socketDirectory where the sockets go; must exist. Null: each controller is given its own
   * @param socketMode permissions of the sockets' files
   */
  public VhostServer(
      Path socketDirectory, int socketMode, MappingCache mappings, ReactorGroup reactors) {
    this.socketDirectory = socketDirectory == null ? null : socketDirectory.toAbsolutePath();
    this.socketMode = socketMode;
    this.mappings = mappings;
    this.reactors = reactors;
  }

  /** A controller with {@link ControllerOptions#DEFAULT}. */
  public VhostController create(String name, VirtioDevice device) {
    return create(name, device, ControllerOptions.DEFAULT);
  }

  /**
   * Makes a device available at a socket named like the controller.
   *
   * @param options if it names CPUs, at least one has a reactor
   * @throws VhostException when the name, the socket or the mask cannot be had
   */
  public synchronized VhostController create(
      String name, VirtioDevice device, ControllerOptions options) {
    check(name, options);
    if (socketDirectory == null) {
      throw new VhostException(
          Errno.EINVAL, "controller %s has no socket: there is no folder for them".formatted(name));
    }
    return start(name, device, options, VhostSocket.at(socketDirectory.resolve(name), socketMode));
  }

  /**
   * The same at another socket, which is closed if this fails.
   *
   * @param name need not be the socket's
   */
  public synchronized VhostController create(
      String name, VirtioDevice device, ControllerOptions options, VhostSocket socket) {
    try {
      check(name, options);
    } catch (VhostException e) {
      socket.close();
      throw e;
    }
    return start(name, device, options, socket);
  }

  private VhostController start(
      String name, VirtioDevice device, ControllerOptions options, VhostSocket socket) {
    try {
      VhostController controller =
          new VhostController(name, device, options, budget.share(), socket, mappings, reactors);
      controllers.put(name, controller);
      controller.start();
      return controller;
    } catch (Throwable t) {
      controllers.remove(name);
      socket.close();
      throw t;
    }
  }

  /**
   * Ends a controller and removes its socket. The device is the caller's again.
   *
   * @throws VhostException ENODEV when there is none of this name, EBUSY while anybody is connected
   */
  public synchronized VhostController delete(String name) {
    VhostController controller = require(name);
    controller.closeIdle();
    controllers.remove(name);
    return controller;
  }

  public Optional<VhostController> find(String name) {
    return Optional.ofNullable(controllers.get(name));
  }

  /**
   * As {@link #find}.
   *
   * @throws VhostException ENODEV when there is none of this name
   */
  public VhostController require(String name) {
    return find(name)
        .orElseThrow(
            () -> new VhostException(Errno.ENODEV, "there is no controller %s".formatted(name)));
  }

  /** All controllers by name. */
  public List<VhostController> controllers() {
    return List.copyOf(controllers.values());
  }

  /**
   * A reactor met memory behind the end of a truncated file: every session compares its files with
   * what it has mapped, and those that came up short end. Never waits.
   */
  public void memoryFault() {
    controllers.values().forEach(VhostController::checkMemory);
  }

  /** Ends all sessions, waiting for what is in flight, and removes all sockets. */
  @Override
  public synchronized void close() {
    controllers.values().forEach(VhostController::beginClose);
    controllers.values().forEach(VhostController::close);
    controllers.clear();
  }

  private void check(String name, ControllerOptions options) {
    checkName(name);
    if (options.cpuMask() != null) {
      checkMask(options.cpuMask());
    }
  }

  private void checkName(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/")) {
      throw new VhostException(
          Errno.EINVAL,
          "controller name '%s' does not name a socket file".formatted(Printable.shortened(name)));
    }
    NameRule.violation("controller", name)
        .ifPresent(
            sentence -> {
              throw new VhostException(Errno.EINVAL, sentence);
            });
    if (controllers.containsKey(name)) {
      throw new VhostException(Errno.EEXIST, "controller %s exists".formatted(name));
    }
  }

  private void checkMask(BitSet cpuMask) {
    if (!cpuMask.intersects(reactors.cpus())) {
      throw new VhostException(
          Errno.EINVAL,
          "CPU mask %s has none of the CPUs with a reactor, %s"
              .formatted(CpuMask.format(cpuMask), CpuMask.format(reactors.cpus())));
    }
  }
}

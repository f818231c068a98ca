package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Errno;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a drive's controller back: resets, what follows when one fails, and the state that comes
 * of it. On the drive's thread, but for {@link #state}.
 *
 * <pre>
 *   ENABLED --reset--> RESETTING --+--> ENABLED
 *                         ^        +--> RECONNECT_IS_DELAYED --> RESETTING ...
 *                         |        +--> FAILED: lossTimeoutSec is over
 *   DISABLED --enable-----+
 * </pre>
 *
 * <p>Memory that a command names is given back only when the controller does no DMA any more: it
 * says that it is disabled, or its function was stopped from outside.
 */
final class Recovery {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);
  private static final long GRACE_MS = 1_000;
  private static final long NS_OF_SEC = 1_000_000_000L;

  private final NvmeDrive drive;
  private final DriveFunction function;
  private final NvmeController controller;
  private final DriveQueues queues;
  private final DriveThread thread;
  private final ControllerWatch watch;
  private volatile DriveState state = DriveState.ENABLED;
  private int delays; // before another trial
  private volatile boolean deleting;
  private final AtomicInteger beginnings = new AtomicInteger();
  private long troubleSinceNs;

  Recovery(
      NvmeDrive drive,
      DriveFunction function,
      NvmeController controller,
      DriveQueues queues,
      DriveThread thread) {
    this.drive = drive;
    this.function = function;
    this.controller = controller;
    this.queues = queues;
    this.thread = thread;
    this.watch = new ControllerWatch(drive.name(), function.transport(), controller);
  }

  /** Any thread. */
  DriveState state() {
    return deleting ? DriveState.DELETING : state;
  }

  /**
   * How often the controller was brought back; any thread. Command ids of another time are nobody's
   * or another's.
   */
  int beginnings() {
    return beginnings.get();
  }

  /** Whether the controller serves requests, also those that its removal waits for. */
  boolean isUp() {
    return state == DriveState.ENABLED;
  }

  void requireEnabled() {
    requireThere();
    if (state != DriveState.ENABLED) {
      throw new BdevException(
          Errno.EAGAIN,
          "controller %s is %s".formatted(drive.name(), state.name().toLowerCase(Locale.ROOT)));
    }
  }

  /**
   * From now on the drive only goes away, though it is still brought back where requests in flight
   * need it; false when that was so already.
   */
  boolean deleting() {
    boolean first = !deleting;
    deleting = true;
    return first;
  }

  /** Looks whether the controller is still as it should be. */
  void look() {
    if (state == DriveState.ENABLED) {
      watch.look(this);
    }
  }

  /**
   * The device is not there any more: everything ends, and the drive goes. It gives the function
   * back when the kernel asks for it, or a little later: a kernel that does not know yet would
   * reset what is gone, and wait a minute for its answer.
   */
  void lost() {
    if (!isStopped(this::stopFromOutside)) {
      return;
    }
    queues.each(DriveQueue::suspend);
    queues.each(DriveQueue::fail);
    state = DriveState.FAILED;
    thread.later(() -> drive.leave("its registers cannot be read any more"), GRACE_MS);
  }

  /** The drive goes and still waits for requests: they end now. */
  void hurry() {
    if (state == DriveState.ENABLED) {
      log.warn("{} does not end its requests in time", drive.name());
      stopAndFail();
    } else if (state == DriveState.RECONNECT_IS_DELAYED) {
      queues.each(DriveQueue::fail);
    }
  }

  /** An operator's reset. */
  void reset() {
    requireThere();
    if (state == DriveState.DISABLED) {
      throw new BdevException(
          Errno.EBUSY, "controller %s is disabled; enable it instead".formatted(drive.name()));
    }
    bringBack();
    if (state != DriveState.ENABLED) {
      throw new BdevException(
          Errno.EIO, "controller %s could not be reset".formatted(drive.name()));
    }
  }

  void disable() {
    requireThere();
    if (state == DriveState.DISABLED) {
      throw new BdevException(
          Errno.EALREADY, "controller %s is disabled already".formatted(drive.name()));
    }
    stopAndFail();
  }

  private void stopAndFail() {
    DriveState before = state;
    state = DriveState.DISABLED;
    stopOrStay(before);
    queues.each(DriveQueue::fail);
  }

  private void stopOrStay(DriveState before) {
    try {
      stop();
    } catch (RuntimeException e) {
      state = before;
      throw new BdevException(
          Errno.EIO,
          "controller %s could not be stopped: %s".formatted(drive.name(), e.getMessage()));
    }
    queues.each(DriveQueue::suspend);
  }

  void enable() {
    requireThere();
    if (state == DriveState.ENABLED) {
      throw new BdevException(
          Errno.EALREADY, "controller %s is enabled already".formatted(drive.name()));
    }
    DriveState before = state;
    stopOrStay(before); // one that failed may be half enabled
    try {
      begin();
    } catch (RuntimeException e) {
      state = before;
      queues.each(DriveQueue::fail);
      throw new BdevException(
          Errno.EIO,
          "controller %s could not be enabled: %s".formatted(drive.name(), e.getMessage()));
    }
  }

  private void requireThere() {
    if (deleting) {
      throw new BdevException(
          Errno.ENODEV, "controller %s is being removed".formatted(drive.name()));
    }
  }

  /** Stops the controller and enables it anew. */
  void bringBack() {
    troubleSinceNs = System.nanoTime();
    attempt();
  }

  private void attempt() {
    state = DriveState.RESETTING;
    if (!isStopped(this::stop)) {
      return;
    }
    try {
      queues.each(DriveQueue::suspend);
      begin();
      log.info("{} has been reset", drive.name());
    } catch (RuntimeException | InternalError e) { // no memory for queues; a BAR that goes
      log.error("{} could not be brought back: {}", drive.name(), e.getMessage());
      tryLater();
    }
  }

  /** Enables the controller with its queues, or leaves it stopped and them suspended. */
  private void begin() {
    controller.enable();
    try {
      queues.resume();
    } catch (RuntimeException | Error e) {
      stop();
      queues.each(DriveQueue::suspend);
      throw e;
    }
    beginnings.incrementAndGet();
    state = DriveState.ENABLED;
  }

  /** Afterwards the controller does no DMA. */
  private void stop() {
    try {
      controller.disable();
    } catch (NvmeException e) {
      log.warn("{} is stopped from outside: {}", drive.name(), e.getMessage());
      stopFromOutside();
    }
  }

  /** Until its DMA has ended nothing that it has may end: it is tried again later. */
  private boolean isStopped(Runnable how) {
    try {
      how.run();
      return true;
    } catch (RuntimeException e) {
      log.error("{} cannot be stopped: {}", drive.name(), e.getMessage());
      delayReconnect();
      return false;
    }
  }

  private void delayReconnect() {
    state = DriveState.RECONNECT_IS_DELAYED;
    int number = ++delays;
    long delaySec = Math.max(1, drive.options().loss().reconnectDelaySec());
    thread.later(() -> again(number), delaySec * 1000);
  }

  private void stopFromOutside() {
    function.stop();
    controller.abandon();
  }

  private void tryLater() {
    NvmeOptions.LossOptions loss = drive.options().loss();
    long troubleSec = (System.nanoTime() - troubleSinceNs) / NS_OF_SEC;
    if (loss.lossTimeoutSec() == 0) {
      state = DriveState.FAILED;
      queues.each(DriveQueue::fail);
    } else if (loss.lossTimeoutSec() > 0 && troubleSec >= loss.lossTimeoutSec()) {
      queues.each(DriveQueue::fail);
      drive.leave("it could not be brought back within %d s".formatted(loss.lossTimeoutSec()));
    } else {
      delayReconnect();
      if (loss.fastFailSec() > 0 && troubleSec >= loss.fastFailSec()) {
        queues.each(DriveQueue::fail);
      }
    }
  }

  private void again(int number) {
    if (state == DriveState.RECONNECT_IS_DELAYED && number == delays) {
      attempt();
    }
  }

  /** The last: ends the controller in order, if it still can, and gives the function back. */
  void shutDown() {
    state = DriveState.DISABLED; // what follows is no trouble
    try {
      queues.close();
      controller.close();
    } catch (NvmeException e) {
      log.warn("{}: {}", drive.name(), e.getMessage());
      stopFromOutside();
      queues.close();
    } finally {
      function.close();
    }
  }
}

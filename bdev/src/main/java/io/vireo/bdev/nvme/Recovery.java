package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Errno;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeException;
import io.vireo.nvme.spec.Csts;
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
  private static final long NS_OF_MS = 1_000_000L;
  private static final long NS_OF_SEC = 1_000_000_000L;

  private final NvmeDrive drive;
  private final DriveFunction function;
  private final NvmeController controller;
  private final DriveQueues queues;
  private final DriveThread thread;
  private volatile DriveState state = DriveState.ENABLED;
  private volatile boolean deleting;
  private final AtomicInteger beginnings = new AtomicInteger();
  private long troubleSinceNs;
  private long keptAliveNs = System.nanoTime();

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

  /** Looks at the controller: events, and whether it is still as it should be. */
  void look() {
    if (state != DriveState.ENABLED) {
      return;
    }
    try {
      int csts = function.transport().status();
      if (Csts.isGone(csts)) {
        lost();
      } else if (Csts.isFatal(csts) || !Csts.isReady(csts)) {
        log.error("{} has met a fatal error (CSTS 0x{})", drive.name(), Integer.toHexString(csts));
        bringBack();
      } else {
        keepAlive();
        controller.events().poll();
      }
    } catch (NvmeException e) {
      log.error("{}: {}", drive.name(), e.getMessage());
      bringBack();
    }
  }

  /** Twice as often as it must be, for the controller's time and ours differ. */
  private void keepAlive() {
    long periodNs = controller.keepAliveMs() * NS_OF_MS / 2;
    long nowNs = System.nanoTime();
    if (periodNs > 0 && nowNs - keptAliveNs >= periodNs) {
      keptAliveNs = nowNs;
      controller.admin().keepAlive();
    }
  }

  /**
   * The device is not there any more: everything ends, and the drive goes. It gives the function
   * back when the kernel asks for it, or a little later: a kernel that does not know yet would
   * reset what is gone, and wait a minute for its answer.
   */
  void lost() {
    stopFromOutside();
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
    state = DriveState.DISABLED;
    stop();
    queues.each(DriveQueue::suspend);
    queues.each(DriveQueue::fail);
  }

  void enable() {
    requireThere();
    if (state == DriveState.ENABLED) {
      throw new BdevException(
          Errno.EALREADY, "controller %s is enabled already".formatted(drive.name()));
    }
    DriveState before = state;
    try {
      begin();
    } catch (NvmeException e) {
      state = before;
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
    stop();
    queues.each(DriveQueue::suspend);
    try {
      begin();
      log.info("{} has been reset", drive.name());
    } catch (RuntimeException e) { // also when the host has no memory for the queues
      log.error("{} could not be brought back: {}", drive.name(), e.getMessage());
      tryLater();
    }
  }

  private void begin() {
    controller.enable();
    queues.resume();
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
      state = DriveState.RECONNECT_IS_DELAYED;
      if (loss.fastFailSec() > 0 && troubleSec >= loss.fastFailSec()) {
        queues.each(DriveQueue::fail);
      }
      thread.later(this::again, Math.max(1, loss.reconnectDelaySec()) * 1000L);
    }
  }

  private void again() {
    if (state == DriveState.RECONNECT_IS_DELAYED) {
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

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
  private static final long MAX_LEAVE_MS = 5_000;

  private final NvmeDrive drive;
  private final DriveFunction function;
  private final NvmeController controller;
  private final DriveQueues queues;
  private final Deadlines deadlines;
  private final ControllerStop stop;
  private final ControllerWatch watch;
  private final Trouble trouble;
  private final AtomicInteger beginnings = new AtomicInteger();
  private volatile DriveState state = DriveState.ENABLED;
  private volatile boolean deleting;
  private boolean settled; // it goes, whatever comes: nobody looks at it or brings it back

  Recovery(NvmeDrive drive, Attachment attachment, DriveQueues queues, Deadlines deadlines) {
    this.drive = drive;
    this.function = attachment.function();
    this.controller = attachment.controller();
    this.queues = queues;
    this.deadlines = deadlines;
    this.stop = new ControllerStop(attachment, queues);
    this.watch = new ControllerWatch(attachment);
    this.trouble = new Trouble(attachment.options().loss(), attachment.clock());
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
   * From now on the drive only goes away, though for a while it is still brought back where
   * requests in flight need it; false when that was so already.
   */
  boolean deleting() {
    if (deleting) {
      return false;
    }
    deleting = true;
    deadlines.later(this::hurry, MAX_LEAVE_MS);
    return true;
  }

  /** Looks whether the controller is still as it should be, or is to be brought back now. */
  void look() {
    if (settled) {
      return;
    }
    if (state == DriveState.ENABLED) {
      watch.look(this);
    } else if (state != DriveState.RECONNECT_IS_DELAYED) {
      loseIfGone();
    } else if (trouble.isTimeForTrial()) {
      attempt();
    }
  }

  private boolean loseIfGone() {
    if (!watch.isGone()) {
      return false;
    }
    lost();
    return true;
  }

  /**
   * The device is not there any more: everything ends, and the drive goes. It gives the function
   * back when the kernel asks for it, or a little later: a kernel that does not know yet would
   * reset what is gone, and wait a minute for its answer.
   */
  void lost() {
    if (settled) {
      return;
    }
    trouble.begin();
    if (whyNotStopped(stop::fromOutside) == null) {
      settled = true;
      state = DriveState.FAILED;
      deadlines.later(() -> drive.leave("its registers cannot be read any more"), GRACE_MS);
      endRequests();
    }
  }

  /** The drive goes and still waits for requests: they end now. */
  private void hurry() {
    if (!settled) {
      log.warn("{} does not end its requests in time", drive.name());
      settled = true;
      state = DriveState.DISABLED;
      DriveThread.guarded(() -> stop.forGood(stop::run));
      endRequests();
    }
  }

  /** It is disabled: what it had and what waits ends, and what comes is refused. */
  private void endRequests() {
    try {
      queues.each(DriveQueue::suspend);
    } finally { // also when an owner threw
      queues.each(DriveQueue::fail);
    }
  }

  /** An operator's reset. */
  void reset() {
    requireNot(DriveState.DISABLED, Errno.EBUSY, "disabled; enable it instead");
    quiesce();
    bringBackOrRefuse("reset");
  }

  void enable() {
    requireNot(DriveState.ENABLED, Errno.EALREADY, "enabled already");
    bringBackOrRefuse("enabled");
  }

  private void bringBackOrRefuse(String what) {
    String whyNot = bringBack();
    if (whyNot != null) {
      throw refusal(what, whyNot);
    }
  }

  void disable() {
    requireNot(DriveState.DISABLED, Errno.EALREADY, "disabled already");
    quiesce();
    trouble.begin();
    state = DriveState.DISABLED;
    String whyNot = whyNotStopped(stop::run);
    if (whyNot != null) {
      throw refusal("stopped", whyNot);
    }
    trouble.end();
    endRequests();
  }

  private void quiesce() {
    if (state == DriveState.ENABLED) {
      stop.quiesce();
    }
  }

  private BdevException refusal(String what, String whyNot) {
    return new BdevException(
        Errno.EIO, "controller %s could not be %s: %s".formatted(drive.name(), what, whyNot));
  }

  private void requireNot(DriveState unwanted, int errno, String why) {
    requireThere();
    if (state == unwanted) {
      throw new BdevException(errno, "controller %s is %s".formatted(drive.name(), why));
    }
  }

  private void requireThere() {
    if (deleting || settled) {
      throw new BdevException(
          Errno.ENODEV, "controller %s is being removed".formatted(drive.name()));
    }
  }

  /** Stops the controller and enables it anew; answers why that failed, null when it did not. */
  String bringBack() {
    trouble.begin();
    return attempt();
  }

  private String attempt() {
    state = DriveState.RESETTING;
    String whyNot = whyNotStopped(stop::run);
    if (whyNot != null) {
      return whyNot;
    }
    try {
      queues.each(DriveQueue::suspend);
      controller.enable();
      queues.resume();
    } catch (RuntimeException | Error e) { // no memory for queues; a BAR that goes
      log.error("{} could not be brought back: {}", drive.name(), ControllerStop.sentence(e));
      tryLater();
      return ControllerStop.sentence(e);
    }
    log.info("{} has been reset", drive.name());
    beginnings.incrementAndGet();
    trouble.end();
    state = DriveState.ENABLED;
    return null;
  }

  /**
   * Until its DMA has ended nothing that it has may end: it is tried again later, or the drive
   * goes, and with its function at last its way to our memory.
   */
  private String whyNotStopped(Runnable how) {
    try {
      how.run();
      return null;
    } catch (RuntimeException e) {
      log.error("{} cannot be stopped: {}", drive.name(), ControllerStop.sentence(e));
      delayTrial();
      if (trouble.isFinalAtOnce() || trouble.isFinal()) {
        drive.leave("it cannot be stopped");
      }
      return ControllerStop.sentence(e);
    }
  }

  private void delayTrial() {
    trouble.delayTrial();
    state = DriveState.RECONNECT_IS_DELAYED;
  }

  private void tryLater() {
    if (loseIfGone() || (controller.isEnabled() && whyNotStopped(stop::run) != null)) {
      return;
    }
    boolean over = trouble.isFinal();
    if (over || trouble.isFinalAtOnce()) {
      state = DriveState.FAILED;
    } else {
      delayTrial();
    }
    if (over) {
      drive.leave(
          "it could not be brought back within %d s"
              .formatted(drive.options().loss().lossTimeoutSec()));
    }
    if (state == DriveState.FAILED || trouble.endsRequests()) {
      endRequests();
    } else {
      queues.each(DriveQueue::suspend); // of those that were resumed already
    }
  }

  /** The last: ends the controller in order, if it still can, and gives the function back. */
  void shutDown() {
    state = DriveState.DISABLED; // what follows is no trouble
    settled = true;
    try {
      queues.close();
      controller.close();
    } catch (NvmeException e) {
      log.warn("{}: {}", drive.name(), e.getMessage());
      stop.forGood(stop::fromOutside);
      queues.close();
    } finally {
      function.close();
    }
  }
}

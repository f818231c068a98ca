package io.vireo.bdev.nvme;

import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeException;
import io.vireo.nvme.PollClock;
import io.vireo.nvme.spec.Csts;
import io.vireo.nvme.transport.NvmeTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at an enabled controller: whether it is there and well, and what it has to say; and tells
 * it that somebody is here. On the drive's thread.
 */
final class ControllerWatch {
  private static final Logger log = LoggerFactory.getLogger(ControllerWatch.class);
  private static final long NS_OF_MS = 1_000_000L;

  private final String name;
  private final NvmeTransport transport;
  private final NvmeController controller;
  private final PollClock clock;
  private long keptAliveNs;

  ControllerWatch(Attachment attachment) {
    this.name = attachment.origin().name();
    this.transport = attachment.function().transport();
    this.controller = attachment.controller();
    this.clock = attachment.clock();
    this.keptAliveNs = clock.nanoTime();
  }

  /** Whether its registers cannot be read any more. */
  boolean isGone() {
    return Csts.isGone(transport.status());
  }

  /** Has {@code recovery} do what is necessary. */
  void look(Recovery recovery) {
    try {
      int csts = transport.status();
      if (Csts.isGone(csts)) {
        recovery.lost();
      } else if (Csts.isFatal(csts) || !Csts.isReady(csts)) {
        log.error("{} has met a fatal error (CSTS 0x{})", name, Integer.toHexString(csts));
        recovery.bringBack();
      } else {
        keepAlive();
        controller.events().poll();
      }
    } catch (NvmeException e) {
      if (e.isRefusal()) {
        log.warn("{}: {}", name, e.getMessage()); // it works, and does not offer that
      } else {
        log.error("{}: {}", name, e.getMessage());
        recovery.bringBack();
      }
    }
  }

  /** Twice as often as it must be, for the controller's time and ours differ. */
  private void keepAlive() {
    long periodNs = controller.keepAliveMs() * NS_OF_MS / 2;
    long nowNs = clock.nanoTime();
    if (periodNs > 0 && nowNs - keptAliveNs >= periodNs) {
      keptAliveNs = nowNs;
      controller.admin().keepAlive();
    }
  }
}

package io.vireo.nvme;

import io.vireo.nvme.spec.Cap;
import io.vireo.nvme.spec.Cc;
import io.vireo.nvme.spec.Crto;
import io.vireo.nvme.spec.Csts;
import io.vireo.nvme.spec.Registers;
import io.vireo.nvme.transport.NvmeTransport;
import java.util.Set;

/**
 * Disabling, enabling and shutting down by registers (Base 3.5.1, 3.6.1, 3.7.2). One control
 * thread; each wait ends by its deadline.
 */
final class ControllerRegisters {
  /** Some controllers say 0 and mean "soon". */
  private static final long LEAST_READY_TIMEOUT_MS = 500;

  /** CRTO can say nine hours. */
  private static final long MOST_READY_TIMEOUT_MS = 600_000;

  private static final int HOST_PAGE_SHIFT = 12;
  private static final int MAX_PAGE_SHIFT = 21;
  private static final long SLOW_STATUS_MS = 2_300;

  private final NvmeTransport transport;
  private final PollClock clock;
  private final Cap cap;
  private final Set<Quirk> quirks;
  private final long readyTimeoutMs;

  ControllerRegisters(NvmeTransport transport, PollClock clock, Set<Quirk> quirks) {
    this.transport = transport;
    this.clock = clock;
    this.quirks = quirks;
    this.cap = new Cap(transport.get64(Registers.CAP));
    if (cap.isGone()) {
      throw gone();
    }
    if (cap.maxQueueEntries() < 2) {
      throw new NvmeException("controller's queues have 1 entry (CAP.MQES 0), 2 are the least");
    }
    long mediaMs =
        cap.readyWithMedia() ? Crto.readyWithMediaMs(transport.get32(Registers.CRTO)) : 0;
    long told = Math.max(cap.readyTimeoutMs(), mediaMs);
    this.readyTimeoutMs = Math.clamp(told, LEAST_READY_TIMEOUT_MS, MOST_READY_TIMEOUT_MS);
  }

  Cap cap() {
    return cap;
  }

  /** The page of most hosts where the controller has it, else the nearest (CC.MPS). */
  int pageShift() {
    int shift = Math.max(HOST_PAGE_SHIFT, cap.minPageShift());
    if (shift > Math.min(cap.maxPageShift(), MAX_PAGE_SHIFT)) {
      throw new NvmeException(
          "controller's pages of 2^%d to 2^%d bytes cannot be used"
              .formatted(cap.minPageShift(), cap.maxPageShift()));
    }
    return shift;
  }

  /** Clears CC.EN and waits for CSTS.RDY to follow: afterwards the controller does no DMA. */
  void disable() {
    int cc = transport.get32(Registers.CC);
    int csts = status();
    if (Cc.isEnabled(cc)) {
      if (!Csts.isReady(csts) && !Csts.isFatal(csts)) {
        awaitEnabled(); // EN may only be cleared once RDY has followed it (Base 3.5.1)
      }
      transport.set32(Registers.CC, Cc.withShutdown(cc, 0) & ~Cc.EN);
      giveTime();
    }
    awaitDisabled();
  }

  private void awaitDisabled() {
    if (!await(Csts.RDY, 0, readyTimeoutMs)) {
      throw late("CC.EN = 0", "CSTS.RDY", 1);
    }
  }

  /** Some controllers break when they are looked at too early. */
  private void giveTime() {
    if (quirks.contains(Quirk.SLOW_STATUS)) {
      long deadline = clock.deadline(SLOW_STATUS_MS);
      while (!clock.isOver(deadline)) {
        clock.pause();
      }
    }
  }

  /** As far as it comes: what never gets ready is disabled nevertheless. */
  private void awaitEnabled() {
    long deadline = clock.deadline(readyTimeoutMs);
    while (!Csts.isReady(status()) && !Csts.isFatal(status()) && !clock.isOver(deadline)) {
      clock.pause();
    }
  }

  /**
   * Sets CC and waits for the controller to be ready.
   *
   * @param cc without EN
   */
  void enable(int cc) {
    awaitDisabled(); // its DMA may have been stopped from outside (Base 3.5.1, step 1)
    transport.set32(Registers.CC, cc);
    transport.set32(Registers.CC, cc | Cc.EN);
    giveTime();
    long deadline = clock.deadline(readyTimeoutMs);
    while (true) {
      int csts = status();
      if (Csts.isFatal(csts)) {
        throw new NvmeException(
            "controller met a fatal error while it was enabled (CSTS 0x%x)".formatted(csts));
      }
      if (Csts.isReady(csts)) {
        return;
      }
      if (clock.isOver(deadline)) {
        throw late("CC.EN = 1", "CSTS.RDY", 0);
      }
      clock.pause();
    }
  }

  /**
   * A shutdown (Base 3.6.1); the controller saves what it holds.
   *
   * @param shn {@link Cc#SHN_NORMAL} or {@link Cc#SHN_ABRUPT}
   */
  void shutdown(int shn, long timeoutMs) {
    int cc = transport.get32(Registers.CC);
    transport.set32(Registers.CC, Cc.withShutdown(cc, shn));
    long deadline = clock.deadline(timeoutMs);
    while (Csts.shutdown(status()) != Csts.SHST_COMPLETE) {
      if (Csts.isFatal(status())) {
        throw new NvmeException(
            "controller met a fatal error while it shut down (CSTS 0x%x)".formatted(status()));
      }
      if (clock.isOver(deadline)) {
        throw new NvmeException(
            "controller did not shut down within %d ms (CSTS 0x%x)".formatted(timeoutMs, status()));
      }
      clock.pause();
    }
  }

  /** Waits while firmware is activated without a reset (Base 3.11.1, CSTS.PP). */
  void awaitActivation(long timeoutMs) {
    if (!await(Csts.PP, 0, timeoutMs)) {
      throw new NvmeException(
          "firmware was not activated within %d ms (CSTS.PP)".formatted(timeoutMs));
    }
  }

  /** Waits until the bits of CSTS in {@code mask} are {@code wanted}. */
  private boolean await(int mask, int wanted, long timeoutMs) {
    long deadline = clock.deadline(timeoutMs);
    while ((status() & mask) != wanted) {
      if (clock.isOver(deadline)) {
        return false;
      }
      clock.pause();
    }
    return true;
  }

  /** CSTS of a controller that is there. */
  int status() {
    int csts = transport.status();
    if (Csts.isGone(csts)) {
      throw gone();
    }
    return csts;
  }

  private NvmeException late(String cause, String what, int value) {
    return new NvmeException(
        "%s was still %d %d ms after %s (CAP.TO); if that stays so, the drive needs a power cycle"
            .formatted(what, value, readyTimeoutMs, cause));
  }

  private static NvmeException gone() {
    return new NvmeException("controller is gone: its registers cannot be read");
  }
}

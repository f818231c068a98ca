package io.vireo.nvme;

import io.vireo.nvme.spec.Cap;
import io.vireo.nvme.spec.Cc;
import io.vireo.nvme.spec.Csts;
import io.vireo.nvme.spec.Registers;
import io.vireo.nvme.transport.NvmeTransport;

/**
 * Disabling, enabling and shutting down by registers (Base 3.5.1, 3.6.1, 3.7.2). One control
 * thread; each wait ends by its deadline.
 */
final class ControllerRegisters {
  /** Some controllers say 0 and mean "soon". */
  private static final long LEAST_READY_TIMEOUT_MS = 500;

  private final NvmeTransport transport;
  private final PollClock clock;
  private final Cap cap;
  private final long readyTimeoutMs;

  ControllerRegisters(NvmeTransport transport, PollClock clock) {
    this.transport = transport;
    this.clock = clock;
    this.cap = new Cap(transport.get64(Registers.CAP));
    if (cap.isGone()) {
      throw gone();
    }
    this.readyTimeoutMs = Math.max(LEAST_READY_TIMEOUT_MS, cap.readyTimeoutMs());
  }

  Cap cap() {
    return cap;
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
    }
    if (!await(Csts.RDY, 0, readyTimeoutMs)) {
      throw late("CC.EN = 0", "CSTS.RDY", 1);
    }
  }

  /** As far as it comes: what never gets ready is disabled nevertheless. */
  private void awaitEnabled() {
    long deadline = deadline(readyTimeoutMs);
    while (!Csts.isReady(status()) && !Csts.isFatal(status()) && !isOver(deadline)) {
      clock.pause();
    }
  }

  /**
   * Sets CC and waits for the controller to be ready.
   *
   * @param cc without EN
   */
  void enable(int cc) {
    transport.set32(Registers.CC, cc);
    transport.set32(Registers.CC, cc | Cc.EN);
    long deadline = deadline(readyTimeoutMs);
    while (true) {
      int csts = status();
      if (Csts.isFatal(csts)) {
        throw new NvmeException(
            "controller met a fatal error while it was enabled (CSTS 0x%x)".formatted(csts));
      }
      if (Csts.isReady(csts)) {
        return;
      }
      if (isOver(deadline)) {
        throw late("CC.EN = 1", "CSTS.RDY", 0);
      }
      clock.pause();
    }
  }

  /** An orderly shutdown (CC.SHN); the controller flushes what it holds. */
  void shutdown(long timeoutMs) {
    int cc = transport.get32(Registers.CC);
    transport.set32(Registers.CC, Cc.withShutdown(cc, Cc.SHN_NORMAL));
    int complete = Csts.withShutdown(0, Csts.SHST_COMPLETE);
    if (!await(Csts.withShutdown(0, 0b11), complete, timeoutMs)) {
      throw new NvmeException(
          "controller did not shut down within %d ms (CSTS 0x%x)".formatted(timeoutMs, status()));
    }
  }

  /** Waits until the bits of CSTS in {@code mask} are {@code wanted}. */
  private boolean await(int mask, int wanted, long timeoutMs) {
    long deadline = deadline(timeoutMs);
    while ((status() & mask) != wanted) {
      if (isOver(deadline)) {
        return false;
      }
      clock.pause();
    }
    return true;
  }

  /** CSTS of a controller that is there. */
  int status() {
    int csts = transport.get32(Registers.CSTS);
    if (Csts.isGone(csts)) {
      throw gone();
    }
    return csts;
  }

  private long deadline(long timeoutMs) {
    return clock.nanoTime() + timeoutMs * 1_000_000;
  }

  private boolean isOver(long deadline) {
    return clock.nanoTime() - deadline >= 0;
  }

  private NvmeException late(String cause, String what, int value) {
    return new NvmeException(
        "%s was still %d %d ms after %s (CAP.TO)".formatted(what, value, readyTimeoutMs, cause));
  }

  private static NvmeException gone() {
    return new NvmeException("controller is gone: its registers read all ones");
  }
}

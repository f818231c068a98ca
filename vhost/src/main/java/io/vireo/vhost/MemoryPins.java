package io.vireo.vhost;

import io.vireo.memreg.GuestRegion;
import io.vireo.memreg.Mapping;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a session's memory pinned while its controller wants that. What cannot be pinned works all
 * the same: its data are copied. Session's thread only, but for {@link #state}.
 */
final class MemoryPins {
  private static final Logger log = LoggerFactory.getLogger(MemoryPins.class);

  private final String session;
  private final BooleanSupplier wanted;
  private final LineLimit lines;
  private volatile PinnedMemory state = PinnedMemory.NONE;
  private String failure;

  /**
   * @param wanted whether memory is to be pinned now; asked for each region
   */
  MemoryPins(String session, BooleanSupplier wanted, LineLimit lines) {
    this.session = session;
    this.wanted = wanted;
    this.lines = lines;
  }

  /** Pins or unpins, as is wanted now. */
  void settle(Mapping mapping) {
    try {
      if (wanted.getAsBoolean()) {
        mapping.pin();
      } else {
        mapping.unpin();
      }
    } catch (RuntimeException e) { // whatever a device's driver has met: it can do without
      failed(e.getMessage());
    }
  }

  /** The first of many alike is logged; the last is shown. */
  private void failed(String why) {
    if (failure == null && lines.allows()) {
      log.warn("{}: guest memory is not pinned, so its data are copied: {}", session, why);
    }
    failure = why;
  }

  /** These are the regions now, all settled. */
  void regions(List<GuestRegion> regions) {
    long mapped = 0;
    long pinned = 0;
    for (GuestRegion region : regions) {
      mapped += region.bytes();
      pinned += region.mapping().isPinned() ? region.bytes() : 0;
    }
    if (!wanted.getAsBoolean() || pinned == mapped) {
      failure = null;
    }
    state = new PinnedMemory(mapped, pinned, failure);
  }

  /** As it was after the last change. Any thread. */
  PinnedMemory state() {
    return state;
  }
}

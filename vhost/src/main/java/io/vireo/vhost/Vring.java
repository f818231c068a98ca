package io.vireo.vhost;

import io.vireo.linux.EventFd;
import io.vireo.memreg.GuestMemory;
import io.vireo.vhost.message.VringAddress;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.Descriptor;
import io.vireo.virtio.queue.UsedRing;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ring of a session, as the front-end describes it (section "Ring states"). Session's thread
 * only.
 *
 * <p>Three things are independent of each other: it is <i>configured</i> once size and addresses
 * are known and lie in the guest's memory, <i>started</i> from SET_VRING_KICK to GET_VRING_BASE,
 * and <i>enabled</i>. A queue runs while it is configured and started; a disabled one drains and
 * takes nothing. Front-ends set these in many orders, so whatever came last starts the queue.
 *
 * <p>What a front-end may change on a running ring: the three descriptors and whether it is
 * enabled. Other addresses make it drain and go on at the new place, as in the kernel's vhost; size
 * and base are refused, as there, unless they are what they were.
 */
final class Vring implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Vring.class);
  private static final int MAX_INDEX = 0xffff;

  /** More would be noticed by each request that ends. */
  static final int MAX_OLDER_TABLES = 64;

  private final int index;
  private final Vrings rings;
  private final Set<BreakReason> told = EnumSet.noneOf(BreakReason.class);
  private int size;
  private VringAddress address;
  private int base;
  private boolean started;
  private boolean enableWanted;
  private EventFd kick;
  private EventFd call;
  private EventFd err;
  private RunningQueue running;
  private BreakReason broken;
  private int starts; // tells one queue of this ring from those before

  Vring(int index, Vrings rings) {
    this.index = index;
    this.rings = rings;
  }

  /** SET_VRING_NUM. */
  void size(int entries) {
    int max = rings.device().maxQueueSize();
    if (entries <= 0 || entries > max) {
      throw refusal(
          "queue size %s is not between 1 and %d"
              .formatted(Integer.toUnsignedString(entries), max));
    }
    if (Integer.bitCount(entries) != 1) {
      throw refusal("queue size %d is not a power of two".formatted(entries));
    }
    requireStoppedToChange(entries == size, "size");
    checkPlace(entries, address);
    size = entries;
    startIfReady();
  }

  /** SET_VRING_BASE. */
  void base(int nextAvail) {
    if (nextAvail < 0 || nextAvail > MAX_INDEX) {
      throw refusal(
          "base %s is more than %d".formatted(Integer.toUnsignedString(nextAvail), MAX_INDEX));
    }
    requireStoppedToChange(nextAvail == base, "base");
    base = nextAvail;
  }

  /** SET_VRING_ADDR. */
  void address(VringAddress next) {
    if (next.flags() != 0) {
      throw refusal("flags 0x%x ask for a log, which is not offered".formatted(next.flags()));
    }
    checkAligned("descriptor table", next.descriptorUva(), Descriptor.BYTES);
    checkAligned("avail ring", next.availableUva(), AvailRing.ALIGNMENT);
    checkAligned("used ring", next.usedUva(), UsedRing.ALIGNMENT);
    checkPlace(size, next);
    if (running != null && !next.equals(address)) {
      stopQueue();
    }
    address = next;
    startIfReady();
  }

  /** SET_VRING_KICK: starts the ring. A ring without a descriptor is polled. */
  void kick(EventFd next) {
    EventFd old = kick;
    if (running != null) {
      kickWhileRunning(next);
    }
    kick = next;
    close(old);
    started = true;
    startIfReady();
  }

  private void kickWhileRunning(EventFd next) {
    try {
      running.kick(next);
    } catch (Throwable t) {
      close(next);
      throw t;
    }
  }

  /** SET_VRING_CALL. */
  void call(EventFd next) {
    EventFd old = call;
    call = next; // ours whatever follows; the old one must not be closed if that fails
    if (running != null) {
      running.call(next);
    }
    close(old);
  }

  /** SET_VRING_ERR. Signalled by this thread, so there is nothing to swap anywhere else. */
  void err(EventFd next) {
    close(err);
    err = next;
    if (broken != null && err != null) {
      err.signal();
    }
  }

  /** SET_VRING_ENABLE. */
  void enable(boolean on) {
    enableWanted = on;
    refreshEnabled();
  }

  /** GET_VRING_BASE: drains and stops the ring, if it ever ran. */
  int stop() {
    stopQueue();
    started = false;
    close(kick);
    kick = null;
    return base;
  }

  /** The features have changed: without protocol features rings are always enabled. */
  void refreshEnabled() {
    if (running != null) {
      running.enable(enabled());
    }
  }

  /** Ends the queue and begins another one where it was, under the features of now. */
  void restart() {
    if (running != null) {
      stopQueue();
      startIfReady();
    }
  }

  /** Another table for a running queue, in use when this returns. */
  void memory(GuestMemory next) {
    if (running != null) {
      running.memory(next);
    }
  }

  /** Whether requests of a running queue began under more tables than they should. */
  boolean hasManyTables() {
    return running != null && running.unreleased() >= MAX_OLDER_TABLES;
  }

  /** Whether a running queue has done with every older table. */
  boolean memoryReleased() {
    return running == null || running.unreleased() == 0;
  }

  /** Runs a queue when everything for it is there and none runs. */
  void startIfReady() {
    // Addresses were checked against the memory there was; what is missing may come later.
    if (running != null || !started || !isConfigured() || !rings.mayRun()) {
      return;
    }
    starts++;
    running = rings.run(config(starts), kick, enabled());
    log.debug("{}: ring {} runs on {}", rings.name(), index, running.reactor().name());
  }

  /** When the queue cannot be stopped it keeps its descriptors: their numbers may not be reused. */
  @Override
  public void close() {
    stop();
    close(call);
    close(err);
    call = null;
    err = null;
  }

  private boolean isConfigured() {
    return size != 0 && address != null && rings.holds(size, address);
  }

  private QueueConfig config(int start) {
    return new QueueConfig(
        index,
        size,
        rings.features(),
        address.descriptorUva(),
        address.availableUva(),
        address.usedUva(),
        base,
        rings.memory(),
        call,
        rings.budget(),
        (i, reason) -> rings.post(() -> broken(start, reason)));
  }

  private void broken(int start, BreakReason reason) {
    if (start != starts || running == null) {
      return; // that queue has ended meanwhile
    }
    broken = reason;
    rings.countBroken();
    if (told.add(reason)
        && rings.lines().allows()) { // a guest can reset and break its ring as often as it likes
      log.warn("{}: ring {} is broken: {}", rings.name(), index, reason.sentence());
    }
    if (err != null) {
      err.signal();
    }
  }

  private void stopQueue() {
    if (running != null) {
      RunningQueue ended = running;
      base = rings.stop(ended, index);
      running = null;
      broken = null; // what is set up next begins well, and its error descriptor silent
    }
  }

  private boolean enabled() {
    return enableWanted || !rings.protocolFeaturesNegotiated();
  }

  private void requireStoppedToChange(boolean same, String what) {
    if (running != null && !same) {
      throw refusal("%s cannot change while it runs".formatted(what));
    }
  }

  private void checkAligned(String part, long uva, int alignment) {
    if ((uva & (alignment - 1)) != 0) {
      throw refusal("%s at 0x%x is not aligned to %d bytes".formatted(part, uva, alignment));
    }
  }

  /** While nothing is known of the memory, or of the size, there is nothing to check. */
  private void checkPlace(int entries, VringAddress at) {
    if (entries != 0
        && at != null
        && !rings.memory().regions().isEmpty()
        && !rings.holds(entries, at)) {
      throw refusal(
          "%d entries with descriptor table 0x%x, avail ring 0x%x, used ring 0x%x: each must lie in"
                  .formatted(entries, at.descriptorUva(), at.availableUva(), at.usedUva())
              + " one memory region");
    }
  }

  private IllegalArgumentException refusal(String detail) {
    return new IllegalArgumentException("ring %d: %s".formatted(index, detail));
  }

  private static void close(EventFd fd) {
    if (fd != null) {
      fd.close();
    }
  }
}

package io.vireo.nvme.transport;

import io.vireo.linux.Mem;

/**
 * Where the controller is told of a queue's new tail or head: a register (PCIe 3.1.2), or memory in
 * its place (shadow doorbells, Base 5.11 and annex B.5), which costs an emulated controller no exit
 * of its guest. Reactor thread only.
 *
 * <p>The controller writes into the event index how far it wants to hear nothing; the register is
 * stored to only when that is passed. Our store to the shadow must be seen before we look there,
 * and the controller stores the event index before it looks at the shadow: one of both sees the
 * other. That takes a full fence.
 */
final class Doorbell {
  private final long register;
  private long shadow; // 0: none
  private long eventIndex;
  private boolean always; // the register too, whatever the event index says
  private int rung;
  private long registerStores;
  private long shadowStores;

  Doorbell(long register) {
    this.register = register;
  }

  /** Uses memory from now on, which the controller knows already. */
  void shadow(long newShadow, long newEventIndex, boolean alsoRegister) {
    Mem.putIntRelease(newShadow, rung);
    shadow = newShadow;
    eventIndex = newEventIndex;
    always = alsoRegister;
  }

  /** Tells a new value, after everything that was stored before; nothing if it is not new. */
  void ring(int value) {
    int last = rung;
    if (value == last) {
      return;
    }
    rung = value;
    if (shadow == 0 || passes(last, value)) {
      registerStores++;
      put(register, value);
    }
  }

  private boolean passes(int last, int value) {
    shadowStores++;
    Mem.putIntRelease(shadow, value);
    Mem.fullFence();
    return always || needsEvent(Mem.getInt(eventIndex), value, last);
  }

  /** How often it stored to the register. */
  long registerStores() {
    return registerStores;
  }

  /** How often it stored to the shadow. */
  long shadowStores() {
    return shadowStores;
  }

  /** Whether the step from {@code last} to {@code value} passes the event index, modulo 2^16. */
  static boolean needsEvent(int event, int value, int last) {
    return (value - event - 1 & 0xffff) < (value - last & 0xffff);
  }

  /**
   * Stores to a register after all that was stored before.
   *
   * <p>When the device is gone this may raise an error, at once, late or never: nothing is lost by
   * dropping it, for what was told does not reach anybody, and timeouts and the kernel's events
   * tell what became of the device. One that belongs to memory of a guest, and came late, comes
   * again with the next access to it.
   */
  private static void put(long register, int value) {
    try {
      Mem.putRegister32(register, value);
    } catch (InternalError e) {
      return; // see above
    }
  }
}

package io.vireo.nvme.transport;

import io.vireo.linux.Mem;

/** Stores to registers of a device that may go at any time. Reactor thread only. */
final class Doorbell {
  private Doorbell() {}

  /**
   * Stores after all that was stored before.
   *
   * <p>When the device is gone this may raise an error, at once, late or never: nothing is lost by
   * dropping it, for what was told does not reach anybody, and timeouts and the kernel's events
   * tell what became of the device. One that belongs to memory of a guest, and came late, comes
   * again with the next access to it.
   */
  static void put(long register, int value) {
    try {
      Mem.putRegister32(register, value);
    } catch (InternalError e) {
      return; // see above
    }
  }
}

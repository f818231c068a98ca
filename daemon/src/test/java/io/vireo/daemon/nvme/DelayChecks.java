package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

/** Commands that take too long, and what is done about it: an abort, a reset. */
final class DelayChecks {
  private static final String DEVICE = "nvme0";
  private static final String RESET = "has been reset";

  private final FaultyGuest guest;

  DelayChecks(FaultyGuest guest) {
    this.guest = guest;
  }

  void run() throws Exception {
    guest.disk(DEVICE, "abort", Expectation.SUCCESS, this::abort);
    guest.disk(DEVICE, "reset", Expectation.SUCCESS, this::reset);
  }

  private void abort(SocketChecks socket) {
    guest.checks.check("commands that are stuck, aborted", () -> stuck(socket));
  }

  private void reset(SocketChecks socket) {
    guest.checks.check("commands that are stuck, by a reset", () -> stuck(socket));
    guest.checks.check("afterwards all is as it was written", () -> socket.verify(16, 100, 512));
  }

  /**
   * QEMU's controller aborts nothing, so that an abort leads to a reset too. One reset only: QEMU
   * 7.2 itself may crash when its controller is reset again and again with commands that it holds.
   */
  private Object stuck(SocketChecks socket) throws Exception {
    long late = guest.log.count(FaultyGuest.LATE);
    long resets = guest.log.count(RESET);
    Load load = Load.on(socket);
    guest.throttle(DEVICE, 1);
    try {
      load.await("reset", () -> guest.log.count(RESET) > resets);
    } finally {
      guest.throttle(DEVICE, 0);
    }
    require(guest.log.count(FaultyGuest.LATE) > late, "no command was late");
    load.awaitMore(20);
    return load.end();
  }
}

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
   * QEMU's controller aborts nothing, so that an abort leads to a reset too, over commands that it
   * has: they are sent again. One reset only: QEMU 7.2 crashes when its controller is disabled that
   * was told of commands and did not fetch them yet.
   */
  private Object stuck(SocketChecks socket) throws Exception {
    long late = guest.log.count(FaultyGuest.LATE);
    long resets = guest.log.count(RESET);
    long unended = guest.target.unended();
    Load load = Load.on(socket);
    guest.throttle(DEVICE, 1);
    try {
      load.await("reset", () -> guest.log.count(RESET) > resets);
    } finally {
      guest.throttle(DEVICE, 0);
    }
    require(guest.log.count(FaultyGuest.LATE) > late, "no command was late");
    load.awaitMore(20);
    Object seen = load.end();
    long met = guest.target.unended() - unended;
    require(met > 0, "no reset has met a command in flight");
    return "%s; the reset met %d commands in flight".formatted(seen, met);
  }
}

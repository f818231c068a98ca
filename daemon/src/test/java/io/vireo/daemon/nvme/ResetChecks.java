package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.virtio.blk.BlkStatus;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * What an operator does to a controller under load, and what it tells by itself: of an event, and
 * of commands that have ended while the reactor slept.
 */
final class ResetChecks {
  private static final String DEVICE = "nvme0";
  private static final Map<String, String> NAME = Map.of("name", DEVICE);
  private static final int RESETS = 5;
  private static final long LONG_NS = 50_000_000; // longer than a reactor polls for nothing

  private final FaultyGuest guest;

  ResetChecks(FaultyGuest guest) {
    this.guest = guest;
  }

  void run() throws Exception {
    guest.disk(DEVICE, FaultyGuest.NEVER_LATE, Expectation.SUCCESS, this::run);
  }

  private void run(SocketChecks socket) {
    guest.checks.check("an event: the health is critical", this::critical);
    guest.checks.check("a core that sleeps is woken by the controller", () -> woken(socket));
    guest.checks.check("resets under load", () -> resets(socket));
    guest.checks.check("disabled and enabled under load", () -> disabled(socket));
    guest.checks.check("what was written is there", () -> socket.verify(16, 100, 512));
  }

  /**
   * A read that is stuck, with nothing else that goes on, and no time that runs: when it ends at
   * last, only the queue's interrupt can tell.
   */
  private Object woken(SocketChecks socket) throws Exception {
    PciAddress address = guest.monitor.address(DEVICE);
    guest.throttle(DEVICE, 1);
    long before;
    int tag;
    try {
      require(socket.read(0, 1) == BlkStatus.OK, "not read"); // the first one passes
      tag = socket.begin(0, 1);
      long sleeps = guest.target.sleeps();
      GuestChecks.await("sleep with a read in flight", () -> guest.target.sleeps() > sleeps);
      LockSupport.parkNanos(LONG_NS); // and again, after the question
      before = Interrupts.ofQueues(address);
    } finally {
      guest.throttle(DEVICE, 0);
    }
    require(socket.end(tag) == BlkStatus.OK, "not read");
    long interrupts = Interrupts.ofQueues(address) - before;
    require(interrupts > 0, "no interrupt has come from an I/O queue of " + address);
    return "%d interrupts when the read ended".formatted(interrupts);
  }

  /** What is in flight ends first: nothing is sent twice. */
  private Object resets(SocketChecks socket) throws Exception {
    long before = guest.target.unended();
    Load load = Load.on(socket);
    for (int i = 0; i < RESETS; i++) {
      guest.target.call("bdev_nvme_reset_controller", NAME);
      load.awaitMore(5);
    }
    Object seen = load.end();
    require(guest.target.unended() == before, "commands were taken back and sent again");
    return seen;
  }

  private Object disabled(SocketChecks socket) throws Exception {
    socket.expect(Expectation.ANY);
    Load load = Load.on(socket);
    guest.target.call("bdev_nvme_disable_controller", NAME);
    load.awaitFailures(20);
    String state = guest.target.state(DEVICE);
    require(state.equals("disabled"), state);
    guest.target.call("bdev_nvme_enable_controller", NAME);
    Object seen = load.end();
    socket.expect(Expectation.SUCCESS);
    return seen;
  }

  /** What the controller tells unasked. */
  private Object critical() throws Exception {
    long before = guest.log.count("temperature");
    warn(2);
    try {
      GuestChecks.await("line in the log", () -> guest.log.count("temperature") > before);
      JsonNode health =
          guest.target.call("bdev_nvme_get_controller_health_info", Map.of("name", DEVICE));
      require(health.get("critical_warning").intValue() == 2, health);
      return health.get("critical_warning");
    } finally {
      warn(0);
    }
  }

  private void warn(int bits) throws Exception {
    guest.monitor.execute(
        "qom-set",
        Map.of(
            "path",
            "/machine/peripheral/" + DEVICE,
            "property",
            "smart_critical_warning",
            "value",
            bits));
  }
}

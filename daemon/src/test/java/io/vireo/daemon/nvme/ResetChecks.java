package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What an operator does to a controller under load, and what it tells by itself. */
final class ResetChecks {
  private static final String DEVICE = "nvme0";
  private static final Map<String, String> NAME = Map.of("name", DEVICE);

  private final FaultyGuest guest;

  ResetChecks(FaultyGuest guest) {
    this.guest = guest;
  }

  void run() throws Exception {
    guest.disk(DEVICE, "none", Expectation.SUCCESS, this::run);
  }

  private void run(SocketChecks socket) {
    guest.checks.check("an event: the health is critical", this::critical);
    guest.checks.check("resets under load", () -> resets(socket));
    guest.checks.check("disabled and enabled under load", () -> disabled(socket));
    guest.checks.check("what was written is there", () -> socket.verify(16, 100, 512));
  }

  private Object resets(SocketChecks socket) throws Exception {
    Load load = Load.on(socket);
    for (int i = 0; i < 5; i++) {
      guest.target.call("bdev_nvme_reset_controller", NAME);
      load.awaitMore(5);
    }
    return load.end();
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

package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.fails;
import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.nvme.AdminCommand;
import io.vireo.nvme.AdminResult;
import io.vireo.nvme.ControllerEvents;
import io.vireo.nvme.LogPages;
import io.vireo.nvme.NamespaceFormat;
import io.vireo.nvme.NamespaceManagement;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.AsyncEvent;
import io.vireo.nvme.spec.CommandEffects;
import io.vireo.nvme.spec.Feature;
import io.vireo.nvme.spec.FirmwareSlots;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.spec.SmartLog;
import java.util.Arrays;

/** Admin commands that a real controller knows: what it tells, and what can be set. */
final class ControlChecks {
  private static final int FREEZING_KELVIN = 273;

  private final NvmeController controller;

  ControlChecks(NvmeController controller) {
    this.controller = controller;
  }

  void run(GuestChecks checks, String name) {
    checks.check(name + " health", this::health);
    checks.check(name + " log pages", this::logPages);
    checks.check(name + " features", this::features);
    checks.check(name + " names of namespaces", this::names);
    checks.check(name + " management of namespaces", this::management);
    checks.check(name + " any command", this::passThrough);
    checks.check(name + " events", this::events);
  }

  private Object health() {
    SmartLog log = controller.logPages().smart();
    require(log.warnings().isEmpty(), log.warnings());
    require(log.kelvin() > FREEZING_KELVIN, log.kelvin());
    return "%d K, %s reads".formatted(log.kelvin(), log.hostReadCommands());
  }

  private Object logPages() throws Exception {
    LogPages pages = controller.logPages();
    CommandEffects effects = pages.commandEffects();
    require((effects.ofIo(NvmOpcode.READ) & CommandEffects.SUPPORTED) != 0, "no read");
    require((effects.ofAdmin(AdminOpcode.IDENTIFY) & CommandEffects.SUPPORTED) != 0, "no identify");
    FirmwareSlots slots = pages.firmwareSlots();
    require(slots.active() == 1, slots);
    byte[] whole = pages.read(5, -1, 0, CommandEffects.BYTES);
    byte[] half = pages.read(5, -1, 2048, 2048);
    require(Arrays.equals(Arrays.copyOfRange(whole, 2048, 4096), half), "parts differ");
    fails("invalid", () -> pages.read(0xbe, -1, 512, _ -> 0));
    return "firmware %s, %d errors, %d namespaces changed"
        .formatted(
            slots.revisions().getFirst(), pages.errors(8).size(), pages.changedNamespaces().length);
  }

  private Object features() {
    boolean cache = controller.features().volatileWriteCache();
    controller.features().volatileWriteCache(!cache);
    require(controller.features().volatileWriteCache() != cache, "the cache cannot be switched");
    controller.features().volatileWriteCache(cache);
    long now = System.currentTimeMillis();
    controller.features().timestampMs(now);
    long told = controller.features().timestampMs();
    require(told >= now && told < now + 60_000, told - now);
    int queues = controller.features().get(Feature.NUMBER_OF_QUEUES);
    return "cache %s, %d queues asked for".formatted(cache ? "on" : "off", (queues & 0xffff) + 1);
  }

  private Object names() {
    require(controller.unusableNamespaces().isEmpty(), controller.unusableNamespaces());
    return controller.namespaces().stream().map(NvmeNamespace::identifiers).toList();
  }

  private Object management() throws Exception {
    NamespaceManagement management = new NamespaceManagement(controller);
    int id = controller.namespaces().getFirst().id();
    require(management.allocated().contains(id), management.allocated());
    require(management.identify(id).sizeBlocks() > 0, "not identified");
    fails("namespace", () -> management.format(9999, NamespaceFormat.to(0)));
    return "%d allocated".formatted(management.allocated().size());
  }

  private Object passThrough() {
    AdminCommand identify =
        AdminCommand.of(AdminOpcode.IDENTIFY).dword(10, Identify.CNS_CONTROLLER);
    AdminResult result = controller.admin().passThrough(identify, new byte[Identify.BYTES]);
    require(result.status() == 0 && result.data()[4] == 'V', result.status());
    AdminResult unknown = controller.admin().passThrough(AdminCommand.of(0xc0), new byte[0]);
    require(
        NvmeStatus.typeAndCode(unknown.status()) == NvmeStatus.INVALID_OPCODE, unknown.status());
    return NvmeStatus.text(unknown.status());
  }

  /** A threshold below the temperature is an event at once (Base 5.27.1.3). */
  private Object events() {
    controller.events().poll();
    controller.features().temperatureThreshold(1, 0, false);
    StringBuilder seen = new StringBuilder();
    controller
        .events()
        .listen(
            new ControllerEvents.Listener() {
              @Override
              public void happened(AsyncEvent event) {
                seen.append(event);
              }

              @Override
              public void health(SmartLog log) {
                seen.append(", ").append(log.warnings());
              }
            });
    GuestChecks.await("event", () -> controller.events().poll() > 0);
    controller.features().temperatureThreshold(0xffff, 0, false);
    return seen.toString();
  }
}

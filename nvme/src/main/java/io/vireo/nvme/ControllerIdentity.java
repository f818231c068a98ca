package io.vireo.nvme;

import io.vireo.nvme.spec.Capabilities;
import io.vireo.nvme.spec.CommandSetLimits;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.transport.NvmeTransport;
import java.util.List;

/**
 * What a controller said that it is and has when it was enabled, and what it was told then. One
 * control thread; what it said can be read by any.
 */
final class ControllerIdentity {
  private final NvmeController controller;
  private final NvmeTransport transport;
  private final ControllerOptions options;
  private IdentifyController identify;
  private CommandSetLimits limits = CommandSetLimits.NONE;
  private List<NvmeNamespace> namespaces = List.of();
  private List<String> unusable = List.of();
  private int scans;
  private int queuePairs;

  ControllerIdentity(
      NvmeController controller, NvmeTransport transport, ControllerOptions options) {
    this.controller = controller;
    this.transport = transport;
    this.options = options;
  }

  /** Asks the enabled controller everything, and tells it what a reset made it forget. */
  void ask(boolean allCommandSets) {
    AdminQueue admin = controller.admin();
    identify = admin.identify(Identify.CNS_CONTROLLER, 0, IdentifyController::decode);
    admin.identified(identify);
    CommandSets.check(identify);
    if ((identify.oacs() & Capabilities.OACS_DOORBELL_BUFFER) != 0) {
      NvmeException.ifOffered(() -> transport.shadowDoorbells(admin));
    }
    tellFeatures(controller.features());
    if (allCommandSets) {
      CommandSets.choose(controller);
    }
    limits = CommandSets.limits(controller, allCommandSets);
    queuePairs = controller.features().queues(options.ioQueues());
  }

  private void tellFeatures(Features features) {
    if (identify.tellsRetryDelays()) {
      NvmeException.ifOffered(features::acceptRetryDelays);
    }
    Arbitration turns = options.arbitration();
    if (!turns.equals(Arbitration.DEFAULT)) {
      NvmeException.ifOffered(
          () ->
              features.arbitration(
                  turns.burst(), turns.low() + 1, turns.medium() + 1, turns.high() + 1));
    }
    if (keepAliveMs() > 0) {
      features.keepAliveMs(Math.toIntExact(keepAliveMs()));
    }
  }

  /** After which silence the controller gives its host up; 0: never. */
  long keepAliveMs() {
    return identify.keepAliveUnitMs() == 0 ? 0 : options.keepAliveMs();
  }

  List<NvmeNamespace> rescan() {
    NamespaceScan scan =
        new NamespaceScan(
                controller.admin(), identify, controller.maxTransferBytes(), options.quirks())
            .run();
    unusable = scan.unusable();
    namespaces = scan.found();
    scans++;
    return namespaces;
  }

  /** Null before it was ever asked. */
  IdentifyController controller() {
    return identify;
  }

  CommandSetLimits limits() {
    return limits;
  }

  List<NvmeNamespace> namespaces() {
    return namespaces;
  }

  List<String> unusable() {
    return unusable;
  }

  int scans() {
    return scans;
  }

  int queuePairs() {
    return queuePairs;
  }
}

package io.vireo.daemon.nvme;

import io.vireo.linux.pci.PciAddress;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.spec.SmartLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What was seen of a controller.
 *
 * @param problem why nothing was seen; null when all of it was
 */
record Look(
    PciAddress address,
    IdentifyController identify,
    List<NvmeNamespace> namespaces,
    List<String> unusable,
    SmartLog health,
    String problem) {
  private static final String NONE = "-";

  static Look at(PciAddress address, NvmeController controller) {
    return new Look(
        address,
        controller.identify(),
        controller.namespaces(),
        controller.unusableNamespaces(),
        controller.logPages().smart(),
        null);
  }

  static Look problem(PciAddress address, String sentence) {
    return new Look(address, null, List.of(), List.of(), null, sentence);
  }

  /** A row of the list. */
  String[] cells() {
    if (problem != null) {
      return new String[] {address.toString(), NONE, NONE, NONE, NONE, problem};
    }
    return new String[] {
      address.toString(),
      identify.modelNumber(),
      identify.serialNumber(),
      identify.firmwareRevision(),
      namespaces.isEmpty()
          ? NONE
          : namespaces.stream().map(NamespaceReport::brief).collect(Collectors.joining(", ")),
      HealthReport.brief(health)
    };
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("address", address.toString());
    if (problem != null) {
      json.put("problem", problem);
      return json;
    }
    json.put("model", identify.modelNumber());
    json.put("serial", identify.serialNumber());
    json.put("firmware", identify.firmwareRevision());
    json.put("namespaces", namespaces.stream().map(NamespaceReport::json).toList());
    json.put("unusable_namespaces", unusable);
    json.put("health", HealthReport.json(health));
    return json;
  }
}

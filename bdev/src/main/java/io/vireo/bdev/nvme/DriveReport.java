package io.vireo.bdev.nvme;

import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.Capabilities;
import io.vireo.nvme.spec.IdentifyController;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A drive as the field's methods show it, with their members in their order. */
final class DriveReport {
  private DriveReport() {}

  /** For bdev_nvme_get_controllers: one path to each name. */
  static Map<String, Object> of(NvmeDrive drive) {
    Map<String, Object> path = new LinkedHashMap<>();
    path.put("state", drive.state().name().toLowerCase(Locale.ROOT));
    path.put("trid", transportId(drive));
    path.put("cntlid", drive.identify().controllerId());
    path.put("host", host());
    path.put("zero_copy", drive.reachesGuests());
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", drive.name());
    map.put("ctrlrs", List.of(path));
    return map;
  }

  private static Map<String, Object> transportId(NvmeDrive drive) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("trtype", "PCIe");
    map.put("traddr", drive.address());
    return map;
  }

  /** What a PCI function does not know of its host. */
  private static Map<String, Object> host() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("nqn", "");
    map.put("addr", "");
    map.put("svcid", "");
    map.put("no_shn_notification", false); // a drive is told of the shutdown
    return map;
  }

  /** For driver_specific of bdev_get_bdevs. */
  static Map<String, Object> ofNamespace(NvmeDrive drive, NvmeNamespace namespace) {
    IdentifyController identify = drive.identify();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("pci_address", drive.address());
    map.put("trid", transportId(drive));
    map.put("ctrlr_data", controllerData(identify));
    map.put("vs", Map.of("nvme_version", version(identify.version())));
    Map<String, Object> nsData = new LinkedHashMap<>();
    nsData.put("id", Integer.toUnsignedLong(namespace.id()));
    nsData.put("can_share", namespace.identify().shared());
    map.put("ns_data", nsData);
    return map;
  }

  private static Map<String, Object> controllerData(IdentifyController identify) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("cntlid", identify.controllerId());
    map.put("vendor_id", "0x%04x".formatted(identify.vendorId()));
    map.put("model_number", identify.modelNumber());
    map.put("serial_number", identify.serialNumber());
    map.put("firmware_revision", identify.firmwareRevision());
    if (!identify.subsystemName().isEmpty()) {
      map.put("subnqn", identify.subsystemName());
    }
    int oacs = identify.oacs();
    Map<String, Object> admin = new LinkedHashMap<>();
    admin.put("security", bit(oacs & Capabilities.OACS_SECURITY));
    admin.put("format", bit(oacs & Capabilities.OACS_FORMAT));
    admin.put("firmware", bit(oacs & Capabilities.OACS_FIRMWARE));
    admin.put("ns_manage", bit(oacs & Capabilities.OACS_NAMESPACES));
    map.put("oacs", admin);
    map.put("multi_ctrlr", false);
    map.put("ana_reporting", false);
    return map;
  }

  private static int bit(int masked) {
    return masked == 0 ? 0 : 1;
  }

  private static String version(int version) {
    String text = "%d.%d".formatted(version >>> 16, version >>> 8 & 0xff);
    int tertiary = version & 0xff;
    return tertiary == 0 ? text : text + "." + tertiary;
  }
}

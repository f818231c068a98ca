package io.vireo.daemon.nvme;

import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.spec.Registers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All that is worth knowing of a controller. */
final class IdentifyReport {
  private IdentifyReport() {}

  static Map<String, Object> json(NvmeController controller) {
    IdentifyController identify = controller.identify();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", identify.modelNumber());
    json.put("serial", identify.serialNumber());
    json.put("firmware", identify.firmwareRevision());
    json.put("version", Registers.version(identify.version()));
    json.put("subsystem", identify.subsystemName());
    json.put("vendor", "%04x".formatted(identify.vendorId()));
    json.put("subsystem_vendor", "%04x".formatted(identify.subsystemVendorId()));
    json.put("controller_id", identify.controllerId());
    json.put("max_transfer_bytes", controller.maxTransferBytes());
    json.put("queue_pairs", controller.queuePairs());
    json.put("max_namespace_id", identify.namespaces());
    json.put("optional_admin_commands", "0x%04x".formatted(identify.oacs()));
    json.put("optional_io_commands", "0x%04x".formatted(identify.oncs()));
    json.put("volatile_write_cache", identify.volatileWriteCache());
    json.put("scatter_gather_lists", identify.sglsSupported());
    json.put("power_fail_atomic_blocks", identify.powerFailAtomicBlocks());
    json.put("abort_limit", identify.abortLimit());
    json.put("async_event_limit", identify.asyncEventLimit());
    json.put("error_log_entries", identify.errorLogEntries());
    json.put("firmware_slots", identify.firmwareSlots());
    json.put("first_slot_read_only", identify.firstSlotReadOnly());
    json.put("activates_without_reset", identify.activatesWithoutReset());
    json.put("extended_self_test_minutes", identify.extendedSelfTestMinutes());
    json.put("warning_temperature_celsius", HealthReport.celsius(identify.warningKelvin()));
    json.put("critical_temperature_celsius", HealthReport.celsius(identify.criticalKelvin()));
    json.put("total_bytes", identify.totalBytes());
    json.put("unallocated_bytes", identify.unallocatedBytes());
    json.put("quirks", controller.quirks().stream().map(Enum::name).sorted().toList());
    json.put("health", HealthReport.json(controller.logPages().smart()));
    List<NvmeNamespace> namespaces = controller.namespaces();
    json.put("namespaces", namespaces.stream().map(NamespaceReport::json).toList());
    json.put("unusable_namespaces", controller.unusableNamespaces());
    return json;
  }
}

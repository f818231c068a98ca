package io.vireo.daemon.nvme;

import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.IdentifyNamespace;
import io.vireo.nvme.spec.ZonedNamespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A namespace in words and as JSON. */
final class NamespaceReport {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private NamespaceReport() {}

  /** As in {@code 1: 64 MiB of 512}. */
  static String brief(NvmeNamespace namespace) {
    return "%d: %s of %d%s"
        .formatted(
            namespace.id(),
            size(namespace.blocks() << namespace.blockShift()),
            namespace.blockBytes(),
            namespace.isZoned() ? " in zones" : "");
  }

  /** In the largest unit that it is not less than one of. */
  static String size(long bytes) {
    int unit = Math.max(0, (Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes)) / 10);
    double number = bytes / (double) (1L << (10 * unit));
    String form = number == Math.rint(number) ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, form, number, UNITS[unit]);
  }

  static Map<String, Object> json(NvmeNamespace namespace) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("nsid", namespace.id());
    json.put("blocks", namespace.blocks());
    json.put("block_bytes", namespace.blockBytes());
    json.put("bytes", namespace.blocks() << namespace.blockShift());
    json.put("eui64", namespace.identifiers().eui64());
    json.put("nguid", namespace.identifiers().nguid());
    json.put("uuid", namespace.identifiers().uuid());
    ZonedNamespace zones = namespace.zones();
    if (zones != null) {
      json.put("zone_blocks", zones.zoneBlocks());
      json.put("max_active_zones", zones.maxActive());
      json.put("max_open_zones", zones.maxOpen());
    }
    return json;
  }

  /** All that is worth knowing, for one who asks for this namespace. */
  static Map<String, Object> details(NvmeNamespace namespace) {
    IdentifyNamespace data = namespace.identify();
    Map<String, Object> json = json(namespace);
    json.put("capacity_blocks", data.capacityBlocks());
    json.put("used_blocks", data.usedBlocks());
    json.put("format", data.formatIndex());
    json.put("formats", formats(data));
    json.put("metadata_bytes", data.metadataBytes());
    json.put("extended_lba", data.extendedLba());
    json.put("metadata_capabilities", "0x%x".formatted(data.metadataCapabilities()));
    json.put("protection_type", data.protection() & 0b111);
    json.put("protection_capabilities", "0x%02x".formatted(data.protectionCapabilities()));
    json.put("reservation_capabilities", "0x%02x".formatted(data.reservationCapabilities()));
    json.put("shared", data.shared());
    json.put("write_protected", data.writeProtected());
    json.put("thin_provisioned", data.thinProvisioned());
    json.put("media_bytes", data.mediaBytes());
    json.put("deallocated_reads_as", deallocated(data.deallocatedReads()));
    json.put("optimal_boundary_blocks", data.optimalBoundaryBlocks());
    json.put("preferred_write_blocks", data.preferredWriteBlocks());
    json.put("power_fail_atomic_blocks", data.powerFailAtomicBlocks());
    return json;
  }

  private static String deallocated(int told) {
    return switch (told) {
      case 1 -> "zeroes";
      case 2 -> "ones";
      default -> "anything";
    };
  }

  private static List<String> formats(IdentifyNamespace data) {
    List<String> formats = new ArrayList<>();
    for (int i = 0; i < data.formats(); i++) {
      formats.add(data.format(i).toString());
    }
    return formats;
  }
}

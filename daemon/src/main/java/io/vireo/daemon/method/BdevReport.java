package io.vireo.daemon.method;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.IoType;
import io.vireo.daemon.rpc.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A bdev as bdev_get_bdevs shows it, with the field's members in the field's order. */
final class BdevReport {
  /** Every type of request that the field knows; we serve those that {@link IoType} has. */
  private static final List<String> IO_TYPES =
      List.of(
          "read",
          "write",
          "unmap",
          "flush",
          "reset",
          "nvme_admin",
          "nvme_io",
          "nvme_io_md",
          "write_zeroes",
          "zcopy",
          "get_zone_info",
          "zone_management",
          "zone_append",
          "compare",
          "compare_and_write",
          "abort",
          "seek_hole",
          "seek_data",
          "copy",
          "nvme_iov_md");

  private BdevReport() {}

  static Map<String, Object> of(Bdev bdev) {
    BdevGeometry geometry = bdev.geometry();
    String claimer = bdev.claimer();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", bdev.name());
    map.put("aliases", List.of(bdev.uuid().toString()));
    map.put("product_name", bdev.productName());
    map.put("block_size", bdev.blockBytes());
    map.put("num_blocks", bdev.blocks());
    map.put("preferred_write_alignment", geometry.preferredWriteAlignmentBlocks());
    map.put("preferred_write_granularity", geometry.preferredWriteGranularityBlocks());
    map.put("optimal_write_size", geometry.optimalWriteBlocks());
    map.put("preferred_unmap_alignment", geometry.preferredUnmapAlignmentBlocks());
    map.put("preferred_unmap_granularity", geometry.preferredUnmapGranularityBlocks());
    map.put("uuid", bdev.uuid().toString());
    map.put("assigned_rate_limits", noLimits());
    map.put("claimed", claimer != null);
    if (claimer != null) {
      map.put("claim_type", "exclusive_write");
    }
    map.put("zoned", false);
    map.put("supported_io_types", supportedIoTypes(bdev));
    map.put("driver_specific", bdev.driverSpecific());
    return map;
  }

  private static Map<String, Object> noLimits() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rw_ios_per_sec", 0);
    map.put("rw_mbytes_per_sec", 0);
    map.put("r_mbytes_per_sec", 0);
    map.put("w_mbytes_per_sec", 0);
    return map;
  }

  private static Map<String, Object> supportedIoTypes(Bdev bdev) {
    Map<String, Object> map = new LinkedHashMap<>();
    IO_TYPES.forEach(name -> map.put(name, false));
    for (IoType type : IoType.values()) {
      map.put(Words.of(type), bdev.supports(type));
    }
    return map;
  }
}

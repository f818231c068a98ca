package io.vireo.nvme.model;

import static io.vireo.nvme.model.LittleEndian.put16;
import static io.vireo.nvme.model.LittleEndian.put32;
import static io.vireo.nvme.model.LittleEndian.put64;
import static io.vireo.nvme.model.LittleEndian.putText;

import java.util.NavigableMap;

/** The identify data (Base figure 275, NVM figure 97). */
final class ModelIdentity {
  static final int BYTES = 4096;
  static final int ASYNC_EVENTS = 4;

  private ModelIdentity() {}

  static byte[] controller(ModelOptions options) {
    byte[] data = new byte[BYTES];
    put16(data, 0, 0x1b36);
    put16(data, 2, 0x1af4);
    putText(data, 4, 20, "MODEL-1");
    putText(data, 24, 40, "Controller in plain memory");
    putText(data, 64, 8, "1.0");
    data[77] = (byte) options.mdts();
    put16(data, 78, 7);
    put32(data, 80, 0x20000);
    put32(data, 88, 3_000_000); // RTD3E: 3 s
    put32(data, 92, 1 << 8 | 1 << 9); // OAES
    put16(data, 128, 5); // CRDT1: 500 ms
    put16(data, 256, 0x1f | (options.shadowDoorbells() ? 1 << 8 : 0)); // OACS
    data[260] = 3 << 1; // FRMW
    data[261] = 1 << 2; // LPA: extended
    data[262] = 63; // ELPE
    data[319] = 1; // FWUG: 4 KiB
    put16(data, 320, 10); // KAS: 1 s
    data[258] = 3;
    data[259] = ASYNC_EVENTS - 1;
    data[512] = 0x66;
    data[513] = 0x44;
    put32(data, 516, ModelNamespaces.limit(options));
    put16(data, 520, 0b1111 | 1 << 7 | 1 << 8);
    put16(data, 522, 1);
    put16(data, 532, 15); // ACWU: 16 blocks
    put16(data, 534, 1); // OCFS
    data[525] = 1;
    put32(data, 536, options.sgls());
    putText(data, 768, 30, "nqn.2026-01.io.vireo:model");
    data[768 + 26] = 0;
    return data;
  }

  static byte[] namespace(ModelNamespace namespace) {
    byte[] data = new byte[BYTES];
    put64(data, 0, namespace.blocks());
    put64(data, 8, namespace.blocks());
    put64(data, 16, namespace.blocks());
    data[25] = 1; // two formats, the second of which is used
    put32(data, 128, 13 << 16);
    put32(data, 132, namespace.blockShift() << 16 | namespace.format().metadataBytes());
    data[26] = (byte) (namespace.format().extended() ? 1 << 4 | 1 : 1);
    data[29] = (byte) namespace.format().protection();
    put16(data, 74, ModelNamespace.COPY_RANGE_BLOCKS);
    put32(data, 76, ModelNamespace.COPY_BLOCKS);
    data[80] = ModelNamespace.COPY_RANGES - 1;
    put16(data, 46, namespace.format().boundaryBlocks());
    return data;
  }

  static byte[] list(NavigableMap<Integer, ModelNamespace> namespaces, int above) {
    byte[] data = new byte[BYTES];
    int at = 0;
    for (int id : namespaces.tailMap(above, false).keySet()) {
      if (at < BYTES) {
        put32(data, at, id);
        at += 4;
      }
    }
    return data;
  }

  /** EUI64, NGUID and UUID out of the id, and the command set (Base figure 276). */
  static byte[] descriptors(int id, boolean zoned) {
    byte[] data = new byte[BYTES];
    int at = 0;
    for (int type = 1; type <= 4; type++) {
      int length = new int[] {8, 16, 16, 1}[type - 1];
      data[at] = (byte) type;
      data[at + 1] = (byte) length;
      if (type == 4) {
        data[at + 4] = (byte) (zoned ? 2 : 0);
      } else {
        data[at + 4] = (byte) (0xe0 + type);
        put32(data, at + 4 + length - 4, Integer.reverseBytes(id));
      }
      at += 4 + length;
    }
    return data;
  }

  /** What the NVM command set limits (NVM figure 102): DMRL 16 ranges. */
  static byte[] limits() {
    byte[] data = new byte[BYTES];
    data[3] = 16;
    return data;
  }

  /** What the zoned command set limits (ZNS 4.1.5.2): ZASL, 2 pages. */
  static byte[] zoneLimits() {
    byte[] data = new byte[BYTES];
    data[0] = 1;
    return data;
  }

  /** A zoned namespace (ZNS 4.1.5.1): no limits of zones, no reads across them. */
  static byte[] zones(ModelNamespace namespace) {
    byte[] data = new byte[BYTES];
    put32(data, 4, -1);
    put32(data, 8, -1);
    put64(data, 2816 + 16, namespace.format().zoneBlocks());
    return data;
  }

  /** One combination of command sets without blocks, one with blocks only, one with zones too. */
  static byte[] commandSets() {
    byte[] data = new byte[BYTES];
    put64(data, 0, 1 << 1);
    put64(data, 8, 1);
    put64(data, 16, 1 | 1 << 2);
    return data;
  }
}

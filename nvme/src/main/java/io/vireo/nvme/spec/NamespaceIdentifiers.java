package io.vireo.nvme.spec;

/**
 * What a namespace is called by (Base 5.17.2.3, figure 276), decoded once. A name that is not told
 * is empty.
 *
 * @param eui64 IEEE extended unique identifier, 8 bytes in hex
 * @param nguid namespace globally unique identifier, 16 bytes in hex
 * @param uuid as people write it
 * @param commandSet CSI: {@link Identify#CSI_NVM} where it is not told
 */
public record NamespaceIdentifiers(String eui64, String nguid, String uuid, int commandSet) {
  /** No name, and the NVM command set. */
  public static final NamespaceIdentifiers NONE =
      new NamespaceIdentifiers("", "", "", Identify.CSI_NVM);

  static final int NIDT = 0;
  static final int NIDL = 1;
  static final int NID = 4;
  static final int NIDT_EUI64 = 1;
  static final int NIDT_NGUID = 2;
  static final int NIDT_UUID = 3;
  static final int NIDT_CSI = 4;

  /** Decodes {@link Identify#BYTES} bytes of descriptors; one that goes beyond them is the end. */
  public static NamespaceIdentifiers decode(long address) {
    Snapshot data = new Snapshot(address, Identify.BYTES);
    NamespaceIdentifiers found = NONE;
    int at = 0;
    while (at + NID <= Identify.BYTES) {
      int length = data.u8(at + NIDL);
      if (length == 0 || at + NID + length > Identify.BYTES) {
        break;
      }
      found = found.with(data, data.u8(at + NIDT), at + NID, length);
      at += NID + length;
    }
    return found;
  }

  private NamespaceIdentifiers with(Snapshot data, int type, int at, int length) {
    if (type == NIDT_CSI && length == 1) {
      return new NamespaceIdentifiers(eui64, nguid, uuid, data.u8(at));
    }
    String name = nameOrNone(data.hex(at, length));
    if (type == NIDT_EUI64 && length == 8) {
      return new NamespaceIdentifiers(name, nguid, uuid, commandSet);
    }
    if (type == NIDT_NGUID && length == 16) {
      return new NamespaceIdentifiers(eui64, name, uuid, commandSet);
    }
    if (type == NIDT_UUID && length == 16) {
      return new NamespaceIdentifiers(eui64, nguid, dashed(name), commandSet);
    }
    return this;
  }

  /** The names that the identify data of older controllers have. */
  public static NamespaceIdentifiers of(IdentifyNamespace data) {
    return new NamespaceIdentifiers(
        nameOrNone(data.eui64()), nameOrNone(data.nguid()), "", Identify.CSI_NVM);
  }

  private static String nameOrNone(String hex) {
    return hex.chars().allMatch(digit -> digit == '0') ? "" : hex;
  }

  private static String dashed(String hex) {
    return hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
  }
}

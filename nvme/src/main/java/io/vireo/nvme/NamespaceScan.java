package io.vireo.nvme;

import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.spec.IdentifyNamespace;
import io.vireo.nvme.spec.NamespaceIdentifiers;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.spec.ZonedNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One look at the active namespaces of a controller (Base 5.17.2). What makes no sense is left out,
 * with a sentence: the other namespaces of the controller can be used nevertheless.
 */
final class NamespaceScan {
  /** VER of controllers that have lists of active namespaces. */
  private static final int LISTS_SINCE = 0x10100;

  /** VER of controllers that have identification descriptors. */
  private static final int DESCRIPTORS_SINCE = 0x10300;

  /** More than any controller has; a list of them that never ends must end. */
  static final int MAX_NAMESPACES = 16384;

  private final AdminQueue admin;
  private final IdentifyController controller;
  private final int maxTransferBytes;
  private final Set<Quirk> quirks;
  private final List<NvmeNamespace> found = new ArrayList<>();
  private final List<String> unusable = new ArrayList<>();

  NamespaceScan(
      AdminQueue admin, IdentifyController controller, int maxTransferBytes, Set<Quirk> quirks) {
    this.admin = admin;
    this.maxTransferBytes = maxTransferBytes;
    this.controller = controller;
    this.quirks = quirks;
  }

  /** Those that can be used, ascending. */
  List<NvmeNamespace> found() {
    return List.copyOf(found);
  }

  /** Why others cannot be used. */
  List<String> unusable() {
    return List.copyOf(unusable);
  }

  NamespaceScan run() {
    if (controller.version() >= LISTS_SINCE && !quirks.contains(Quirk.NO_NAMESPACE_LISTS)) {
      for (int id : listed(admin, Identify.CNS_ACTIVE_NAMESPACES)) {
        look(id);
      }
    } else {
      for (int id = 1; id <= Math.min(controller.namespaces(), MAX_NAMESPACES); id++) {
        look(id);
      }
    }
    return this;
  }

  /** The namespaces of a list that may take several commands. */
  static List<Integer> listed(AdminQueue admin, int cns) {
    List<Integer> all = new ArrayList<>();
    int after = 0;
    int[] ids;
    do {
      int above = after;
      ids = admin.identify(cns, above, at -> Identify.namespaceList(at, above));
      for (int id : ids) {
        all.add(id);
        after = id;
      }
      if (all.size() > MAX_NAMESPACES) {
        throw new NvmeException(
            "controller tells of more than %d namespaces".formatted(MAX_NAMESPACES));
      }
    } while (ids.length == Identify.LIST_ENTRIES);
    return all;
  }

  private void look(int id) {
    if (id <= 0) { // FFFFFFFFh means all of them, and nobody has as many as to need the others
      unusable.add(
          "controller tells of a namespace %s, which can be none"
              .formatted(Integer.toUnsignedString(id)));
      return;
    }
    try {
      identify(id);
    } catch (NvmeException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      if (NvmeStatus.typeAndCode(e.status()) != NvmeStatus.INVALID_NAMESPACE) { // gone meanwhile
        unusable.add("namespace %d: %s".formatted(id, e.getMessage()));
      }
    }
  }

  private void identify(int id) {
    NamespaceIdentifiers identifiers = descriptors(id);
    int commandSet = identifiers == null ? Identify.CSI_NVM : identifiers.commandSet();
    if (commandSet != Identify.CSI_NVM && commandSet != Identify.CSI_ZONED) {
      unusable.add("namespace %d has command set %02xh, not blocks".formatted(id, commandSet));
      return;
    }
    IdentifyNamespace data = admin.identify(Identify.CNS_NAMESPACE, id, IdentifyNamespace::decode);
    if (data.sizeBlocks() == 0) {
      return;
    }
    String trouble = NvmeNamespace.trouble(id, data, maxTransferBytes);
    ZonedNamespace zones = commandSet == Identify.CSI_ZONED ? zones(id, data) : null;
    if (trouble == null && zones != null && zones.zoneBlocks() <= 0) {
      trouble = "namespace %d has zones of %d blocks".formatted(id, zones.zoneBlocks());
    }
    if (trouble != null) {
      unusable.add(trouble);
      return;
    }
    NamespaceIdentifiers names = identifiers == null ? NamespaceIdentifiers.of(data) : identifiers;
    found.add(new NvmeNamespace(id, data, names, zones, boundaryBlocks(data, zones)));
  }

  private long boundaryBlocks(IdentifyNamespace data, ZonedNamespace zones) {
    boolean stripe = quirks.contains(Quirk.STRIPE) && controller.mdts() != 0;
    int told = data.optimalBoundaryBlocks();
    long boundary = told == 0 && stripe ? maxTransferBytes >> data.blockShift() : told;
    return zones == null || zones.readsAcrossZones()
        ? boundary
        : commonDivisor(zones.zoneBlocks(), boundary); // a read ends with its zone (ZNS 2.1.1)
  }

  private static long commonDivisor(long a, long b) {
    return b == 0 ? a : commonDivisor(b, a % b);
  }

  /** Null where there are none, or the controller does not know its own version. */
  private NamespaceIdentifiers descriptors(int id) {
    if (controller.version() < DESCRIPTORS_SINCE || quirks.contains(Quirk.NO_DESCRIPTORS)) {
      return null;
    }
    try {
      return admin.identify(Identify.CNS_DESCRIPTORS, id, NamespaceIdentifiers::decode);
    } catch (NvmeException e) {
      if (NvmeStatus.typeAndCode(e.status()) != NvmeStatus.INVALID_FIELD) {
        throw e;
      }
      return null;
    }
  }

  private ZonedNamespace zones(int id, IdentifyNamespace data) {
    return admin.identify(
        Identify.CNS_NAMESPACE_OF_COMMAND_SET,
        id,
        0,
        Identify.CSI_ZONED,
        at -> ZonedNamespace.decode(at, data.formatIndex()));
  }
}

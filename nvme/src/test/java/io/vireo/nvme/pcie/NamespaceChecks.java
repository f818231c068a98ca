package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.nvme.NamespaceFormat;
import io.vireo.nvme.NamespaceManagement;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.IdentifyNamespace;
import java.util.List;

/** Namespaces that come, go and get other blocks; afterwards they are what they were, but empty. */
final class NamespaceChecks {
  private final NvmeController controller;
  private final NamespaceManagement management;

  NamespaceChecks(NvmeController controller) {
    this.controller = controller;
    this.management = new NamespaceManagement(controller);
  }

  void run(GuestChecks checks, String name) {
    int last = controller.namespaces().getLast().id();
    int second = controller.namespaces().get(1).id();
    checks.check(name + " namespace " + last + " detached and attached", () -> detach(last));
    if (namespace(second).identify().metadataBytes() == 0) { // else the size changes as well
      checks.check(name + " namespace " + second + " formatted", () -> format(second));
    }
  }

  private Object detach(int id) {
    int self = controller.identify().controllerId();
    require(ids().contains(id), ids());
    management.detach(id, self);
    List<Integer> without = ids();
    require(!without.contains(id) && management.controllersOf(id).length == 0, without);
    management.attach(id, self);
    require(ids().contains(id), ids());
    return "%s without it".formatted(without);
  }

  private List<Integer> ids() {
    return controller.namespaces().stream().map(NvmeNamespace::id).toList();
  }

  private NvmeNamespace namespace(int id) {
    return controller.namespaces().stream().filter(one -> one.id() == id).findFirst().orElseThrow();
  }

  /** To other blocks and back. */
  private Object format(int id) {
    IdentifyNamespace before = namespace(id).identify();
    long bytes = namespace(id).blocks() * namespace(id).blockBytes();
    int other = other(before);
    management.format(id, NamespaceFormat.to(other));
    int blockBytes = namespace(id).blockBytes();
    require(namespace(id).identify().formatIndex() == other, namespace(id).identify());
    require(blockBytes != 1 << before.blockShift(), blockBytes);
    require(namespace(id).blocks() * blockBytes == bytes, namespace(id).blocks());
    management.format(id, NamespaceFormat.to(before.formatIndex()));
    require(namespace(id).identify().sizeBlocks() == before.sizeBlocks(), namespace(id).blocks());
    return "blocks of %d, of %d, and of %d again"
        .formatted(1 << before.blockShift(), blockBytes, namespace(id).blockBytes());
  }

  /** A format with other blocks and no metadata. */
  private static int other(IdentifyNamespace namespace) {
    for (int i = 0; i < namespace.formats(); i++) {
      if (namespace.format(i).metadataBytes() == 0
          && namespace.format(i).blockShift() != namespace.blockShift()) {
        return i;
      }
    }
    throw new AssertionError("it has one size of blocks only");
  }
}

package io.vireo.nvme;

import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.Capabilities;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.IdentifyNamespace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Makes, gives away, formats and deletes namespaces (Base 5.14, 5.22, 5.23). Control thread. Nobody
 * uses a namespace that is formatted, detached or deleted; afterwards the controller's namespaces
 * are those that there are.
 */
public final class NamespaceManagement {
  private static final int CREATE = 0;
  private static final int DELETE = 1;
  private static final int ATTACH = 0;
  private static final int DETACH = 1;
  private static final int COMMON = -1;
  private static final long TIMEOUT_MS = 120_000;

  private final NvmeController controller;

  public NamespaceManagement(NvmeController controller) {
    this.controller = controller;
  }

  /** The ids of all namespaces of the subsystem, attached to whichever controller. */
  public List<Integer> allocated() {
    return NamespaceScan.listed(controller.admin(), Identify.CNS_ALLOCATED_NAMESPACES);
  }

  /** A namespace that need not be attached. */
  public IdentifyNamespace identify(int id) {
    return controller
        .admin()
        .identify(Identify.CNS_ALLOCATED_NAMESPACE, id, IdentifyNamespace::decode);
  }

  /** What all namespaces can have: the formats of {@link NewNamespace}. */
  public IdentifyNamespace common() {
    return controller.admin().identify(Identify.CNS_NAMESPACE, COMMON, IdentifyNamespace::decode);
  }

  /** The ids of the controllers that a namespace is attached to. */
  public int[] controllersOf(int id) {
    return controller
        .admin()
        .identify(Identify.CNS_CONTROLLERS_OF_NAMESPACE, id, Identify::controllerList);
  }

  /** The ids of the controllers of the subsystem. */
  public int[] controllers() {
    return controller.admin().identify(Identify.CNS_CONTROLLERS, 0, Identify::controllerList);
  }

  /** Makes a namespace, not attached to any controller; answers its id. */
  public int create(NewNamespace namespace) {
    check(Capabilities.OACS_NAMESPACES, "namespace management");
    return controller.admin().write(management(CREATE), namespace.encode());
  }

  /** Deletes a namespace, wherever it is attached. */
  public void delete(int id) {
    check(Capabilities.OACS_NAMESPACES, "namespace management");
    checkId(id);
    controller.admin().run(management(DELETE).nsid(id));
    controller.rescan();
  }

  private static AdminCommand management(int what) {
    return AdminCommand.of(AdminOpcode.NAMESPACE_MANAGEMENT).dword(10, what).timeoutMs(TIMEOUT_MS);
  }

  /** Attaches a namespace to controllers. */
  public void attach(int id, int... controllerIds) {
    attachment(ATTACH, id, controllerIds);
  }

  /** Detaches a namespace from controllers. */
  public void detach(int id, int... controllerIds) {
    attachment(DETACH, id, controllerIds);
  }

  private void attachment(int what, int id, int[] controllerIds) {
    check(Capabilities.OACS_NAMESPACES, "namespace management");
    checkId(id);
    byte[] list = new byte[Identify.BYTES];
    ByteBuffer words = ByteBuffer.wrap(list).order(ByteOrder.LITTLE_ENDIAN);
    words.putShort((short) controllerIds.length);
    for (int controllerId : controllerIds) {
      words.putShort((short) controllerId);
    }
    AdminCommand command =
        AdminCommand.of(AdminOpcode.NAMESPACE_ATTACHMENT)
            .nsid(id)
            .dword(10, what)
            .timeoutMs(TIMEOUT_MS);
    controller.admin().write(command, list);
    controller.rescan();
  }

  /**
   * Formats a namespace: its data are gone.
   *
   * @throws NvmeException also if the controller would do so with all of its namespaces, and has
   *     others
   */
  public void format(int id, NamespaceFormat format) {
    check(Capabilities.OACS_FORMAT, "format");
    checkId(id);
    int all =
        format.erases()
            ? Capabilities.FNA_FORMAT_ALL | Capabilities.FNA_ERASE_ALL
            : Capabilities.FNA_FORMAT_ALL;
    if ((controller.identify().formatAttributes() & all) != 0 && known() > 1) {
      throw new NvmeException(
          "format of namespace %d would format all of the controller (FNA 0x%x); detach or delete"
                  .formatted(id, controller.identify().formatAttributes())
              + " the others first");
    }
    controller
        .admin()
        .run(
            AdminCommand.of(AdminOpcode.FORMAT_NVM)
                .nsid(id)
                .dword(10, format.dword10())
                .timeoutMs(format.timeoutMs()));
    controller.rescan();
  }

  /** How many namespaces there are, as far as this controller tells. */
  private int known() {
    boolean managed = (controller.identify().oacs() & Capabilities.OACS_NAMESPACES) != 0;
    return managed ? allocated().size() : controller.namespaces().size();
  }

  private void check(int capability, String what) {
    controller.admin().check(capability, what);
  }

  private static void checkId(int id) {
    if (id <= 0) {
      throw new NvmeException("namespace %s is not one".formatted(Integer.toUnsignedString(id)));
    }
  }
}

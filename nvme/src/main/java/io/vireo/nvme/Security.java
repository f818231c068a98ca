package io.vireo.nvme;

import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.Capabilities;

/** Security send and receive (Base 5.25, 5.26): a way for security protocols. Control thread. */
public final class Security {
  private static final int PROTOCOL_SHIFT = 24;
  private static final int SPECIFIC_SHIFT = 8;
  private static final int MAX_PROTOCOL = 0xff;
  private static final int MAX_SPECIFIC = 0xffff;

  private final NvmeController controller;

  public Security(NvmeController controller) {
    this.controller = controller;
  }

  /**
   * Sends data of a protocol.
   *
   * @param protocol SECP, from 0 to 255
   * @param specific SPSP, from 0 to 65535
   */
  public void send(int nsid, int protocol, int specific, byte[] data) {
    check();
    controller
        .admin()
        .write(command(AdminOpcode.SECURITY_SEND, nsid, protocol, specific, data.length), data);
  }

  /** Asks for so many bytes of a protocol. */
  public byte[] receive(int nsid, int protocol, int specific, int bytes) {
    check();
    AdminCommand command = command(AdminOpcode.SECURITY_RECEIVE, nsid, protocol, specific, bytes);
    return controller.admin().read(command, bytes);
  }

  private static AdminCommand command(int opcode, int nsid, int protocol, int specific, int bytes) {
    if (protocol < 0 || protocol > MAX_PROTOCOL || specific < 0 || specific > MAX_SPECIFIC) {
      throw new IllegalArgumentException(
          "security protocol %d, specific %d are not 0 to %d, 0 to %d"
              .formatted(protocol, specific, MAX_PROTOCOL, MAX_SPECIFIC));
    }
    return AdminCommand.of(opcode)
        .nsid(nsid)
        .dword(10, protocol << PROTOCOL_SHIFT | specific << SPECIFIC_SHIFT)
        .dword(11, bytes);
  }

  private void check() {
    controller.admin().check(Capabilities.OACS_SECURITY, "security send and receive");
  }
}

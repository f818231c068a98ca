package io.vireo.nvme;

import io.vireo.linux.Mem;
import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.Capabilities;
import io.vireo.nvme.spec.CommandEffects;
import io.vireo.nvme.spec.ErrorLogEntry;
import io.vireo.nvme.spec.FirmwareSlots;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.LogPage;
import io.vireo.nvme.spec.SelfTestLog;
import io.vireo.nvme.spec.SmartLog;
import java.util.List;
import java.util.function.LongFunction;

/** Get log page (Base 5.16). Control thread. */
public final class LogPages {
  /** A page of the controller or of all namespaces. */
  private static final int ALL = -1;

  /** What a command can ask for where {@link Capabilities#LPA_EXTENDED} is not offered. */
  private static final int PLAIN_BYTES = 16 << 10;

  private final NvmeController controller;

  public LogPages(NvmeController controller) {
    this.controller = controller;
  }

  /** The newest errors (Base 5.16.1.2), newest first. */
  public List<ErrorLogEntry> errors(int most) {
    int entries = Math.min(most, controller.identify().errorLogEntries());
    int bytes = Math.min(entries * ErrorLogEntry.BYTES, controller.maxTransferBytes());
    return read(LogPage.ERROR, ALL, bytes, at -> ErrorLogEntry.decode(at, bytes));
  }

  /** The controller's health (Base 5.16.1.3). */
  public SmartLog smart() {
    return read(LogPage.SMART, ALL, SmartLog.BYTES, SmartLog::decode);
  }

  /** The same, not waited for. */
  public SentCommand<SmartLog> askSmart() {
    AdminCommand command = command(LogPage.SMART, ALL, 0, SmartLog.BYTES);
    return controller.admin().ask(command, SmartLog.BYTES, SmartLog::decode);
  }

  /** What is in the firmware slots (Base 5.16.1.4). */
  public FirmwareSlots firmwareSlots() {
    return read(LogPage.FIRMWARE_SLOT, ALL, FirmwareSlots.BYTES, FirmwareSlots::decode);
  }

  /**
   * The namespaces that changed since this was read (Base 5.16.1.5).
   *
   * @return empty for none; only FFFFFFFFh for more than the page holds
   */
  public int[] changedNamespaces() {
    return read(
        LogPage.CHANGED_NAMESPACES,
        ALL,
        Identify.BYTES,
        at -> Mem.getInt(at) == ALL ? new int[] {ALL} : Identify.namespaceList(at, 0));
  }

  /** What commands do (Base 5.16.1.6). */
  public CommandEffects commandEffects() {
    return read(LogPage.COMMAND_EFFECTS, ALL, CommandEffects.BYTES, CommandEffects::decode);
  }

  /** How the self-tests went (Base 5.16.1.7). */
  public SelfTestLog selfTests() {
    return read(LogPage.SELF_TEST, ALL, SelfTestLog.BYTES, SelfTestLog::decode);
  }

  /** Reads a page from its start in one command and decodes it. */
  public <T> T read(int page, int nsid, int bytes, LongFunction<T> decode) {
    return controller.admin().read(command(page, nsid, 0, bytes), bytes, decode);
  }

  /**
   * Reads a part of a page, in as many commands as it takes.
   *
   * @param offset a multiple of 4
   * @param bytes a multiple of 4
   */
  public byte[] read(int page, int nsid, long offset, int bytes) {
    if (((offset | bytes) & Integer.BYTES - 1) != 0 || offset < 0 || bytes <= 0) {
      throw new NvmeException(
          "%d bytes at %d of a log page are not a positive multiple of 4 at a multiple of 4"
              .formatted(bytes, offset));
    }
    boolean extended = (controller.identify().logPageAttributes() & Capabilities.LPA_EXTENDED) != 0;
    int most = Math.min(controller.maxTransferBytes(), extended ? bytes : PLAIN_BYTES);
    if (!extended && (offset > 0 || bytes > most)) {
      throw new NvmeException(
          "controller gives the first %d bytes of a log page only (LPA)".formatted(most));
    }
    byte[] all = new byte[bytes];
    for (int at = 0; at < bytes; at += most) {
      int part = Math.min(most, bytes - at);
      byte[] read = controller.admin().read(command(page, nsid, offset + at, part), part);
      System.arraycopy(read, 0, all, at, part);
    }
    return all;
  }

  private static AdminCommand command(int page, int nsid, long offset, int bytes) {
    int dwords = bytes / Integer.BYTES - 1;
    return AdminCommand.of(AdminOpcode.GET_LOG_PAGE)
        .nsid(nsid)
        .dword(10, dwords << 16 | page)
        .dword(11, dwords >>> 16)
        .dword(12, (int) offset)
        .dword(13, (int) (offset >>> 32));
  }
}

package io.vireo.nvme;

import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.Capabilities;
import io.vireo.nvme.spec.FirmwareSlots;
import io.vireo.nvme.spec.NvmeStatus;
import java.util.Arrays;

/** Download and commit of firmware (Base 5.12, 5.13, 3.11). Control thread. */
public final class Firmware {
  /** What a commit does (Base 5.12, CA). */
  public enum Commit {
    /** The image goes to the slot. */
    REPLACE(0),
    /** The image goes to the slot, which the next reset activates. */
    REPLACE_AND_ACTIVATE_BY_RESET(1),
    /** The next reset activates the slot. */
    ACTIVATE_BY_RESET(2),
    /** The image, where there is one, goes to the slot, which runs at once. */
    ACTIVATE_NOW(3);

    private final int code;

    Commit(int code) {
      this.code = code;
    }
  }

  /** What is still to be done for the firmware to run. */
  public enum Needs {
    NOTHING,
    /** {@link NvmeController#disable} and enable. */
    CONTROLLER_RESET,
    SUBSYSTEM_RESET,
    /** A reset of the PCI function. */
    CONVENTIONAL_RESET
  }

  private static final int COMMIT_SHIFT = 3;
  private static final int MAX_SLOT = 7;
  private static final long COMMIT_TIMEOUT_MS = 60_000;
  private static final int PIECE_BYTES = 4096;

  private final NvmeController controller;

  public Firmware(NvmeController controller) {
    this.controller = controller;
  }

  public FirmwareSlots slots() {
    return controller.logPages().firmwareSlots();
  }

  /**
   * Gives the controller an image, in pieces as it wants them; nothing changes before a commit.
   *
   * @param image a multiple of 4 bytes
   */
  public void download(byte[] image) {
    check();
    if (image.length == 0 || image.length % Integer.BYTES != 0) {
      throw new NvmeException(
          "firmware image of %d bytes is not a positive multiple of 4".formatted(image.length));
    }
    int piece = pieceBytes();
    for (int at = 0; at < image.length; at += piece) {
      byte[] part = Arrays.copyOfRange(image, at, Math.min(at + piece, image.length));
      controller
          .admin()
          .write(
              AdminCommand.of(AdminOpcode.FIRMWARE_DOWNLOAD)
                  .dword(10, part.length / Integer.BYTES - 1)
                  .dword(11, at / Integer.BYTES),
              part);
    }
  }

  private int pieceBytes() {
    int granularity = controller.identify().firmwareGranularityBytes();
    return Math.min(Math.max(granularity, PIECE_BYTES), controller.maxTransferBytes());
  }

  /**
   * Ends a download.
   *
   * @param slot from 1; 0: the controller chooses
   */
  public Needs commit(int slot, Commit what) {
    check();
    if (slot < 0 || slot > MAX_SLOT) {
      throw new NvmeException("firmware slot %d is not from 0 to %d".formatted(slot, MAX_SLOT));
    }
    boolean writes = what == Commit.REPLACE || what == Commit.REPLACE_AND_ACTIVATE_BY_RESET;
    if (writes && slot == 1 && controller.identify().firstSlotReadOnly()) {
      throw new NvmeException("firmware slot 1 is read-only (FRMW); choose another");
    }
    long activation = controller.identify().activationMs();
    try {
      controller
          .admin()
          .run(
              AdminCommand.of(AdminOpcode.FIRMWARE_COMMIT)
                  .dword(10, what.code << COMMIT_SHIFT | slot)
                  .timeoutMs(Math.max(COMMIT_TIMEOUT_MS, activation)));
    } catch (NvmeException e) {
      return neededAfter(e);
    }
    boolean byReset =
        what == Commit.REPLACE_AND_ACTIVATE_BY_RESET || what == Commit.ACTIVATE_BY_RESET;
    return byReset ? Needs.CONTROLLER_RESET : Needs.NOTHING;
  }

  /** Some statuses say that it was committed and what it takes to run. */
  private static Needs neededAfter(NvmeException refusal) {
    return switch (NvmeStatus.typeAndCode(refusal.status())) {
      case NvmeStatus.FIRMWARE_NEEDS_RESET -> Needs.CONTROLLER_RESET;
      case NvmeStatus.FIRMWARE_NEEDS_SUBSYSTEM_RESET -> Needs.SUBSYSTEM_RESET;
      case NvmeStatus.FIRMWARE_NEEDS_CONVENTIONAL_RESET -> Needs.CONVENTIONAL_RESET;
      default -> throw refusal;
    };
  }

  private void check() {
    controller.admin().check(Capabilities.OACS_FIRMWARE, "firmware download");
  }
}

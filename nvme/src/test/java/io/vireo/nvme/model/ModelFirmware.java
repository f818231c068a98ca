package io.vireo.nvme.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Firmware (Base 5.12, 5.13): an image begins with its revision, 8 bytes. Any thread. */
final class ModelFirmware {
  private static final int SLOTS = 3;

  private final ModelLogs logs;
  private byte[] image = new byte[0];

  ModelFirmware(ModelLogs logs) {
    this.logs = logs;
  }

  long download(Command command, DataPointer pointer) {
    int bytes = (command.cdw10() + 1) * 4;
    int offset = command.cdw11() * 4;
    if (offset != image.length) {
      throw new CommandFailure(CommandFailure.OVERLAPPING_RANGE);
    }
    byte[] part = pointer.fetch(command, bytes);
    image = Arrays.copyOf(image, offset + bytes);
    System.arraycopy(part, 0, image, offset, bytes);
    return 0;
  }

  long commit(Command command) {
    int slot = command.cdw10() & 0b111;
    int action = command.cdw10() >>> 3 & 0b111;
    if (slot > SLOTS) {
      throw new CommandFailure(CommandFailure.INVALID_FIRMWARE_SLOT);
    }
    byte[] log = logs.page(3);
    int to = slot == 0 ? 1 : slot;
    if (action <= 1) {
      String revision = new String(image, 0, Math.min(8, image.length), StandardCharsets.US_ASCII);
      if (revision.isBlank()) {
        throw new CommandFailure(CommandFailure.INVALID_FIRMWARE_IMAGE);
      }
      LittleEndian.putText(log, 8 * to, 8, revision);
      image = new byte[0];
    }
    if (action == 1 || action == 2) {
      log[0] = (byte) (to << 4 | (log[0] & 0b111));
    }
    if (action == 3) {
      throw new CommandFailure(CommandFailure.FIRMWARE_NEEDS_RESET);
    }
    return 0;
  }
}

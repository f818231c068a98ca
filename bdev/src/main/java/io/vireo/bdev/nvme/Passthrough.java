package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.nvme.NvmeSendCommand.Direction;
import io.vireo.nvme.AdminCommand;
import io.vireo.nvme.AdminResult;
import io.vireo.nvme.spec.Cqe;
import io.vireo.nvme.spec.Sqe;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Commands that an operator puts together, for bdev_nvme_send_cmd. */
final class Passthrough {
  private static final int MAX_DATA_BYTES = 128 << 10;
  private static final long DEFAULT_TIMEOUT_MS = 30_000;
  private static final int FIRST_DWORD = 10;
  private static final int LAST_DWORD = 15;

  /** Opcode bits 1:0 (Base 3.3.3.1). */
  private static final int TO_CONTROLLER = 0b01;

  private static final int FROM_CONTROLLER = 0b10;

  private Passthrough() {}

  static Map<String, Object> send(NvmeDrive drive, NvmeSendCommand p) {
    if (p.timeout_ms() < 0) {
      throw BdevException.invalid("timeout_ms %d is negative".formatted(p.timeout_ms()));
    }
    ByteBuffer entry = entry(p.cmdbuf());
    byte[] data = data(p, entry.get(Sqe.CDW0) & 0b11);
    AdminCommand command = command(entry, p.timeout_ms());
    boolean admin = p.cmd_type() == CommandType.ADMIN;
    AdminResult result =
        drive.await(
            controller ->
                admin
                    ? controller.admin().send(command, data)
                    : controller.send(command, data, ioTimeoutMs(p)));
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("cpl", text(completion(result)));
    if (p.data_direction() == Direction.C2H && p.data_len() > 0) {
      map.put("data", text(result.data()));
    }
    return map;
  }

  private static long ioTimeoutMs(NvmeSendCommand p) {
    return p.timeout_ms() == 0 ? DEFAULT_TIMEOUT_MS : p.timeout_ms();
  }

  private static ByteBuffer entry(String text) {
    byte[] entry = bytes("cmdbuf", text);
    if (entry.length != Sqe.BYTES) {
      throw BdevException.invalid(
          "cmdbuf holds %d bytes, not the %d of a submission queue entry"
              .formatted(entry.length, Sqe.BYTES));
    }
    return ByteBuffer.wrap(entry).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] data(NvmeSendCommand p, int way) {
    if (p.metadata() != null || p.metadata_len() > 0) {
      throw BdevException.invalid("metadata of a command cannot be sent or received");
    }
    boolean sends = p.data_direction() == Direction.H2C;
    if (way != 0 && way != (sends ? TO_CONTROLLER : FROM_CONTROLLER)) {
      throw BdevException.invalid(
          "data_direction is %s, and the opcode's data go the other way"
              .formatted(sends ? "h2c" : "c2h"));
    }
    if (p.data_len() < 0 || p.data_len() > MAX_DATA_BYTES) {
      throw BdevException.invalid(
          "data_len %d is not between 0 and %d".formatted(p.data_len(), MAX_DATA_BYTES));
    }
    byte[] data =
        sends && p.data() != null ? bytes("data", p.data()) : new byte[sends ? 0 : p.data_len()];
    if (data.length > MAX_DATA_BYTES || data.length % Integer.BYTES != 0) {
      throw BdevException.invalid(
          "%d bytes of data are above %d or no multiple of 4"
              .formatted(data.length, MAX_DATA_BYTES));
    }
    return data;
  }

  private static byte[] bytes(String name, String text) {
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw BdevException.invalid("%s is no base64url: %s".formatted(name, e.getMessage()));
    }
  }

  private static AdminCommand command(ByteBuffer entry, long timeoutMs) {
    AdminCommand command = AdminCommand.of(entry.get(Sqe.CDW0)).nsid(entry.getInt(Sqe.NSID));
    for (int dword = FIRST_DWORD; dword <= LAST_DWORD; dword++) {
      int at = Sqe.CDW10 + (dword - FIRST_DWORD) * Integer.BYTES;
      command.dword(dword, entry.getInt(at));
    }
    return command.timeoutMs(timeoutMs);
  }

  /** A completion queue entry as the controller would write it, without head and ids. */
  private static byte[] completion(AdminResult result) {
    ByteBuffer entry = ByteBuffer.allocate(Cqe.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    entry.putInt(Cqe.DW0, result.dword0());
    entry.putInt(Cqe.DW3, Cqe.dw3(0, Cqe.PHASE, result.status()));
    return entry.array();
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().encodeToString(bytes);
  }
}

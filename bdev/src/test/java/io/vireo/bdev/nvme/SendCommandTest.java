package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.nvme.NvmeSendCommand.Direction;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands that an operator puts together. */
class SendCommandTest {
  private static final String ADDRESS = "0000:01:00.0";
  private static final int BLOCK = 512;

  private final ModuleFixture fixture = new ModuleFixture();
  private ModelBus.Slot slot;

  @BeforeEach
  void attach() {
    slot = fixture.bus.add(ADDRESS, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", ADDRESS);
  }

  @AfterEach
  void close() {
    slot.model().faults().clear();
    fixture.close();
    assertThat(slot.allocations()).isZero();
  }

  /** A submission queue entry with dwords 10 and 11. */
  private static byte[] entry(int opcode, int nsid, int dword10, int dword11) {
    ByteBuffer entry = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    return entry.putInt(0, opcode).putInt(4, nsid).putInt(40, dword10).putInt(44, dword11).array();
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().encodeToString(bytes);
  }

  private static byte[] bytes(Object text) {
    return Base64.getUrlDecoder().decode((String) text);
  }

  private static NvmeSendCommand receive(CommandType type, byte[] entry, int bytes, int timeoutMs) {
    return new NvmeSendCommand(
        "Nvme0", type, Direction.C2H, text(entry), null, null, bytes, 0, timeoutMs);
  }

  private static NvmeSendCommand send(CommandType type, byte[] entry, byte[] data) {
    return new NvmeSendCommand(
        "Nvme0", type, Direction.H2C, text(entry), text(data), null, 0, 0, 0);
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> call(NvmeSendCommand command) {
    return (Map<String, Object>) fixture.call("bdev_nvme_send_cmd", command);
  }

  /** The status of a completion queue entry (Base 3.3.3.2), without the phase. */
  private static int status(Map<String, Object> answer) {
    byte[] completion = bytes(answer.get("cpl"));
    assertThat(completion).hasSize(16);
    return (completion[15] & 0xff) << 7 | (completion[14] & 0xff) >>> 1;
  }

  private void refused(NvmeSendCommand command, String sentence) {
    assertThatThrownBy(() -> call(command)).isInstanceOf(BdevException.class).hasMessage(sentence);
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new Random(3).nextBytes(random);
    return random;
  }

  @Test
  void data_come_from_the_controller() {
    byte[] block = random(BLOCK);
    System.arraycopy(block, 0, slot.model().namespace(1).data(), 5 * BLOCK, BLOCK);
    Map<String, Object> answer = call(receive(CommandType.IO, entry(0x02, 1, 5, 0), BLOCK, 0));
    assertThat(status(answer)).isZero();
    assertThat(bytes(answer.get("data"))).isEqualTo(block);
    answer = call(receive(CommandType.ADMIN, entry(0x06, 0, 1, 0), 4096, 0));
    assertThat(bytes(answer.get("data"))).hasSize(4096);
  }

  @Test
  void data_go_to_the_controller() {
    byte[] block = random(BLOCK);
    Map<String, Object> answer = call(send(CommandType.IO, entry(0x01, 1, 5, 0), block));
    assertThat(status(answer)).isZero();
    assertThat(answer).doesNotContainKey("data");
    byte[] disk = slot.model().namespace(1).data();
    assertThat(Arrays.copyOfRange(disk, 5 * BLOCK, 6 * BLOCK)).isEqualTo(block);
    byte[] secret = random(100); // security send and receive (Base 5.25, 5.26)
    assertThat(status(call(send(CommandType.ADMIN, entry(0x81, 0, 7, 100), secret)))).isZero();
    answer = call(receive(CommandType.ADMIN, entry(0x82, 0, 0, 104), 104, 0));
    byte[] back = bytes(answer.get("data"));
    assertThat(back).startsWith(7, 0, 0, 0);
    assertThat(Arrays.copyOfRange(back, 4, 104)).isEqualTo(secret);
  }

  @Test
  void a_status_is_told_as_it_is() {
    assertThat(status(call(receive(CommandType.ADMIN, entry(0xc0, 0, 0, 0), 0, 0))) & 0x7ff)
        .as("invalid opcode")
        .isEqualTo(0x001);
    assertThat(status(call(send(CommandType.IO, entry(0x01, 9, 0, 0), random(BLOCK)))) & 0x7ff)
        .as("invalid namespace")
        .isEqualTo(0x00b);
  }

  @Test
  void the_time_that_is_told_bounds_commands_of_both_sorts() {
    slot.model().faults().always(c -> c.isAdmin() && c.opcode() == 0x0a, Kind.DROP, 0);
    slot.model().faults().always(c -> !c.isAdmin(), Kind.DROP, 0);
    refused(
        receive(CommandType.ADMIN, entry(0x0a, 0, 7, 0), 0, 40),
        "Nvme0: admin command 0ah did not end within 40 ms");
    refused(
        receive(CommandType.IO, entry(0x02, 1, 0, 0), BLOCK, 30),
        "Nvme0: I/O command 02h did not end within 30 ms");
    slot.model().faults().clear();
    assertThat(status(call(receive(CommandType.ADMIN, entry(0x0a, 0, 7, 0), 0, 0)))).isZero();
    assertThat(status(call(receive(CommandType.IO, entry(0x02, 1, 0, 0), BLOCK, 0)))).isZero();
  }

  @Test
  void what_makes_no_sense_is_not_sent() {
    byte[] read = entry(0x02, 1, 0, 0);
    refused(
        receive(CommandType.IO, new byte[63], BLOCK, 0),
        "cmdbuf holds 63 bytes, not the 64 of a submission queue entry");
    refused(
        send(CommandType.IO, read, random(BLOCK)),
        "data_direction is h2c, and the opcode's data go the other way");
    refused(
        receive(CommandType.IO, entry(0x01, 1, 0, 0), BLOCK, 0),
        "data_direction is c2h, and the opcode's data go the other way");
    refused(receive(CommandType.IO, read, -1, 0), "data_len -1 is not between 0 and 131072");
    refused(
        receive(CommandType.IO, read, 131_076, 0), "data_len 131076 is not between 0 and 131072");
    refused(
        send(CommandType.IO, entry(0x01, 1, 0, 0), new byte[3]),
        "3 bytes of data are above 131072 or no multiple of 4");
    refused(receive(CommandType.IO, read, BLOCK, -1), "timeout_ms -1 is negative");
    assertThat(slot.model().fetchedIo()).isZero();
  }
}

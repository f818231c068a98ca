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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commands that an operator puts together. */
class SendCommandTest {
  private static final String ADDRESS = "0000:01:00.0";
  private static final int BLOCK = 512;

  private final ModuleFixture fixture = new ModuleFixture();
  private final AtomicInteger aborts = new AtomicInteger();
  private ModelBus.Slot slot;

  @BeforeEach
  void attach() {
    slot = fixture.bus.add(ADDRESS, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", ADDRESS);
    countAborts();
  }

  private void countAborts() {
    slot.model()
        .faults()
        .always(
            c -> c.isAdmin() && c.opcode() == 0x08 && aborts.incrementAndGet() < 0, Kind.DROP, 0);
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
  void one_whose_time_is_up_is_aborted_and_gives_its_memory_back() { // Base 5.1
    int before = slot.allocations();
    slot.model().faults().always(c -> c.opcode() == 0x06, Kind.DROP, 0);
    refused(
        receive(CommandType.ADMIN, entry(0x06, 0, 1, 0), 4096, 30),
        "Nvme0: admin command 06h did not end within 30 ms");
    assertThat(aborts).hasValue(1);
    assertThat(slot.allocations()).isEqualTo(before);
  }

  @Test
  void those_that_no_abort_ends_are_no_more_than_a_part_of_the_queue_until_a_reset() {
    fixture.clock.stop();
    int before = slot.allocations();
    slot.model().faults().always(c -> c.opcode() == 0x06, Kind.LOST, 0);
    for (int i = 1; i <= 7; i++) {
      int given = i;
      Thread operator =
          Thread.ofPlatform()
              .start(
                  () ->
                      refused(
                          receive(CommandType.ADMIN, entry(0x06, 0, 1, 0), 4096, 30),
                          "Nvme0: admin command 06h did not end within 30 ms"));
      while (operator.isAlive()) {
        fixture.clock.advanceMs(20);
        LockSupport.parkNanos(100_000);
      }
      assertThat(slot.allocations()).isEqualTo(before + given);
    }
    refused(
        receive(CommandType.ADMIN, entry(0x06, 0, 1, 0), 4096, 30),
        "Nvme0: 7 commands that were sent did not end yet");
    slot.model().faults().clear();
    fixture.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
    assertThat(status(call(receive(CommandType.ADMIN, entry(0x06, 0, 1, 0), 4096, 0)))).isZero();
    assertThat(slot.allocations()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(CommandType.class)
  void the_drive_goes_on_meanwhile_and_a_reset_ends_it(CommandType type) throws Exception {
    int opcode = type == CommandType.ADMIN ? 0x06 : 0x02;
    AtomicInteger seen = new AtomicInteger();
    slot.model()
        .faults()
        .once(
            c -> c.isAdmin() == (type == CommandType.ADMIN) && c.opcode() == opcode && first(seen),
            Kind.LOST,
            0);
    AtomicReference<Map<String, Object>> answer = new AtomicReference<>();
    Thread operator =
        Thread.ofPlatform()
            .start(() -> answer.set(call(receive(type, entry(opcode, 1, 0, 0), 4096, 600_000))));
    ModuleFixture.until(() -> seen.get() > 0);
    fixture.call("bdev_nvme_get_controller_health_info", new NvmeHealth("Nvme0"));
    slot.model().putNamespace(2, 4096);
    slot.model().event(2, 0, 4); // notice: namespace attribute changed
    ModuleFixture.until(() -> fixture.bdevs.find("Nvme0n2").isPresent());
    assertThat(operator.isAlive()).isTrue();
    fixture.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
    operator.join(30_000);
    assertThat(status(answer.get()) & 0x7ff).as("aborted by the host").isEqualTo(0x371);
  }

  private static boolean first(AtomicInteger seen) {
    return seen.getAndIncrement() == 0;
  }

  @Test
  void one_that_is_in_flight_keeps_no_drive_from_being_detached() throws Exception {
    AtomicInteger seen = new AtomicInteger();
    slot.model().faults().once(c -> c.opcode() == 0x06 && first(seen), Kind.LOST, 0);
    AtomicReference<Throwable> told = new AtomicReference<>();
    Thread operator =
        Thread.ofPlatform()
            .uncaughtExceptionHandler((thread, thrown) -> told.set(thrown))
            .start(() -> call(receive(CommandType.ADMIN, entry(0x06, 0, 1, 0), 4096, 600_000)));
    ModuleFixture.until(() -> seen.get() > 0);
    fixture.call("bdev_nvme_detach_controller", fixture.detach("Nvme0"));
    operator.join(30_000);
    assertThat(told.get()).hasMessage("controller Nvme0 has been removed");
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

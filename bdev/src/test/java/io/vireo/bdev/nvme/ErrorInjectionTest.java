package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.nvme.model.ModelOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Errors that an operator wants commands to meet. */
class ErrorInjectionTest {
  private static final int WRITE = 0x01;
  private static final int LOG_PAGE = 0x02;
  private static final long MS = 1_000_000;

  private final DiskFixture disk =
      new DiskFixture(ModelOptions.DEFAULT, Map.of("bdev_retry_count", 0));
  private final AtomicInteger writes =
      disk.counting(c -> DiskFixture.isIo(c) && c.opcode() == WRITE);
  private final AtomicInteger logs = disk.counting(c -> c.isAdmin() && c.opcode() == LOG_PAGE);

  @AfterEach
  void close() {
    disk.close();
  }

  private void inject(String queue, int opcode, Map<String, Object> error) {
    Map<String, Object> all = new HashMap<>(error);
    all.putAll(Map.of("name", "Nvme0", "cmd_type", queue, "opc", opcode));
    disk.call("bdev_nvme_add_error_injection", Form.of(NvmeAddErrorInjection.class, all));
  }

  private void health() {
    disk.call("bdev_nvme_get_controller_health_info", new NvmeHealth("Nvme0"));
  }

  @Test
  void so_many_commands_are_executed_and_end_with_that_status() {
    inject("io", WRITE, Map.of("err_count", 2, "sct", 2, "sc", 0x80));
    assertThat(disk.driver.write(0, disk.pattern(1))).isEqualTo(IoStatus.IO_ERROR);
    assertThat(disk.driver.write(512, disk.pattern(2))).isEqualTo(IoStatus.IO_ERROR);
    assertThat(disk.driver.write(1024, disk.pattern(3))).isEqualTo(IoStatus.OK);
    assertThat(writes).hasValue(3);
    assertThat(disk.driver.read(0, 512)).isEqualTo(disk.pattern(1));
  }

  @Test
  void a_command_that_is_not_submitted_ends_after_its_time() {
    inject("io", WRITE, Map.of("do_not_submit", true, "timeout_in_us", 7000, "sct", 0, "sc", 0x81));
    BdevIo io = disk.driver.prepareWrite(0, 0, disk.pattern(1));
    disk.driver.submit(io);
    disk.stepped.advance(7 * MS - 1);
    disk.stepped.laps(5);
    assertThat(disk.driver.ended(io)).isFalse();
    disk.stepped.advance(1);
    assertThat(disk.driver.await(io)).isEqualTo(IoStatus.NO_SPACE);
    assertThat(writes).hasValue(0);
    assertThat(disk.driver.write(0, disk.pattern(1))).isEqualTo(IoStatus.OK);
  }

  @Test
  void one_that_is_not_submitted_may_also_succeed() {
    inject("io", WRITE, Map.of("do_not_submit", true));
    assertThat(disk.driver.write(0, disk.pattern(1))).isEqualTo(IoStatus.OK);
    disk.barrier();
    assertThat(writes).hasValue(0);
  }

  @Test
  void admin_commands_meet_them_too() {
    inject("admin", LOG_PAGE, Map.of("sct", 0, "sc", 0x06));
    assertThatThrownBy(this::health)
        .cause()
        .isInstanceOf(BdevException.class)
        .hasMessageContaining("internal");
    assertThat(logs).hasValue(1);
    health();
    assertThat(logs).hasValue(2);
    inject("admin", LOG_PAGE, Map.of("do_not_submit", true, "timeout_in_us", 2000, "sc", 0x06));
    assertThatThrownBy(this::health).cause().isInstanceOf(BdevException.class);
    assertThat(logs).hasValue(2);
    health();
    assertThat(disk.module.state("Nvme0")).isEqualTo("enabled");
  }

  @Test
  void commands_are_asked_about_only_while_errors_are_left() {
    ErrorInjections errors = disk.module.drive("Nvme0").errors();
    assertThat(errors.any()).isFalse();
    inject("io", WRITE, Map.of("err_count", 2, "sct", 2, "sc", 0x80));
    inject("io", WRITE, Map.of("err_count", 1, "sct", 2, "sc", 0x80)); // in its place
    assertThat(errors.any()).isTrue();
    assertThat(disk.driver.write(0, disk.pattern(1))).isEqualTo(IoStatus.IO_ERROR);
    assertThat(errors.any()).isFalse();
    inject("io", WRITE, Map.of("sc", 0x80));
    inject("admin", LOG_PAGE, Map.of("sc", 0x80));
    for (CommandType type : CommandType.values()) {
      assertThat(errors.any()).isTrue();
      errors.remove(type, type == CommandType.IO ? WRITE : LOG_PAGE);
    }
    assertThat(errors.any()).isFalse();
    assertThat(disk.driver.write(0, disk.pattern(1))).isEqualTo(IoStatus.OK);
  }

  @Test
  void they_can_be_taken_back_once() {
    inject("admin", LOG_PAGE, Map.of("err_count", 100, "sc", 0x06));
    NvmeRemoveErrorInjection back =
        new NvmeRemoveErrorInjection("Nvme0", CommandType.ADMIN, LOG_PAGE);
    assertThat(disk.call("bdev_nvme_remove_error_injection", back)).isEqualTo(true);
    health();
    assertThatThrownBy(() -> disk.call("bdev_nvme_remove_error_injection", back))
        .cause()
        .hasMessage("no error is injected for opcode 02h");
  }
}

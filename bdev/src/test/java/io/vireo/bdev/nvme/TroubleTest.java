package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.RecordingFaults;
import io.vireo.linux.Cpu;
import io.vireo.linux.Libc;
import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorOptions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What goes wrong beside the commands: guests' memory, log pages, queues that are refused. */
class TroubleTest {
  private static final long MS = 1_000_000;
  private static final int PAGE_BYTES = 4096;
  private static final int INTERNAL_ERROR = 0x006;
  private static final int DNR = 1 << 14;
  private static final int GET_LOG_PAGE = 0x02;
  private static final int DELETE_IO_SQ = 0x00;
  private static final int CREATE_IO_SQ = 0x01;
  private static final int HEALTH = 0x02;

  private static boolean isFirst(Command command) {
    return DiskFixture.isIo(command) && command.opcode() == 0x01 && command.lba() == 0;
  }

  private static boolean isHealth(Command command) {
    return command.isAdmin()
        && command.opcode() == GET_LOG_PAGE
        && (command.cdw10() & 0xff) == HEALTH;
  }

  @Test
  void a_write_whose_memory_goes_before_it_is_tried_again_ends_and_others_go_on() {
    int fd = Libc.memfdCreate("guest", Libc.MFD_CLOEXEC);
    Libc.ftruncate(fd, PAGE_BYTES);
    long guest = Libc.mmap(0, PAGE_BYTES, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, fd, 0);
    try (DiskFixture disk = DiskFixture.withFaults(Map.of("bdev_retry_count", -1))) {
      AtomicInteger sent = disk.counting(TroubleTest::isFirst);
      disk.faults().always(TroubleTest::isFirst, Kind.STATUS, INTERNAL_ERROR);
      BdevIo io = disk.io(0);
      io.prepare(IoType.WRITE, 0, DiskFixture.BLOCK);
      io.addBuffer(guest, DiskFixture.BLOCK);
      disk.driver.submit(io);
      disk.until("two trials", () -> sent.get() == 2);
      disk.barrier();
      Libc.ftruncate(fd, 0);
      disk.stepped.advance(10 * MS);
      assertThat(disk.driver.await(io)).isEqualTo(IoStatus.IO_ERROR);
      disk.writes(1, 5);
      for (int i = 1; i < 6; i++) {
        assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.OK);
      }
    } finally {
      Libc.munmap(guest, PAGE_BYTES);
      Libc.close(fd);
    }
  }

  @Test
  void a_log_page_that_is_refused_is_no_reason_for_a_reset() {
    try (DiskFixture disk = new DiskFixture()) {
      AtomicInteger asked = disk.counting(TroubleTest::isHealth);
      AtomicInteger resets = disk.counting(DiskFixture::isBeginning);
      disk.faults().always(TroubleTest::isHealth, Kind.STATUS, DNR | INTERNAL_ERROR);
      for (int i = 1; i <= 3; i++) {
        int before = asked.get();
        disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
        disk.until("a look at the health", () -> asked.get() > before);
        disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null)); // after that look
        assertThat(resets).hasValue(2 * i);
      }
    }
  }

  @Test
  void a_queue_that_the_controller_would_not_delete_goes_with_its_next_reset() {
    ModelOptions two = ModelOptions.DEFAULT.withNamespaces(2, 9);
    try (DiskFixture disk = new DiskFixture(two, Map.of());
        Reactor other =
            Reactor.start(
                "other",
                Cpu.allowed().nextSetBit(0),
                ReactorOptions.ADAPTIVE,
                new RecordingFaults())) {
      NvmeDrive drive = disk.module.drive("Nvme0");
      int before = disk.slot.allocations();
      drive.leave(drive.join(other));
      disk.until("its end", () -> drive.queues().size() == 1);
      disk.faults()
          .once(c -> c.isAdmin() && c.opcode() == DELETE_IO_SQ, Kind.STATUS, DNR | INTERNAL_ERROR);
      drive.leave(drive.join(other));
      disk.call("bdev_nvme_get_controller_health_info", new NvmeHealth("Nvme0")); // after that
      assertThat(drive.queues()).hasSize(2);
      AtomicInteger made =
          disk.counting(c -> c.isAdmin() && c.opcode() == CREATE_IO_SQ); // only the other's
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      assertThat(made).hasValue(1);
      assertThat(drive.queues()).hasSize(1);
      disk.until("its memory", () -> disk.slot.allocations() == before); // a look needs some too
    }
  }

  @Test
  void a_controller_whose_queues_are_refused_can_be_enabled_again() {
    try (DiskFixture disk = new DiskFixture()) {
      NvmeName name = new NvmeName("Nvme0", null);
      disk.call("bdev_nvme_disable_controller", name);
      disk.faults()
          .once(c -> c.isAdmin() && c.opcode() == CREATE_IO_SQ, Kind.STATUS, DNR | INTERNAL_ERROR);
      assertThatThrownBy(() -> disk.call("bdev_nvme_enable_controller", name))
          .cause()
          .isInstanceOf(BdevException.class)
          .hasMessageStartingWith("controller Nvme0 could not be enabled: ");
      assertThat(disk.driver.write(0, disk.pattern(1))).isEqualTo(IoStatus.IO_ERROR);
      disk.call("bdev_nvme_enable_controller", name);
      assertThat(disk.driver.write(0, disk.pattern(2))).isEqualTo(IoStatus.OK);
    }
  }
}

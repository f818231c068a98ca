package io.vireo.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.CommandEffects;
import io.vireo.nvme.spec.ErrorLogEntry;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.spec.SmartLog;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Log pages (Base 5.16). */
class LogPagesTest {
  private static NvmeController attach(ModelHost host) {
    return NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT);
  }

  private static ByteBuffer page(ModelHost host, int id) {
    return ByteBuffer.wrap(host.model().logs().page(id)).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void health_has_counters_of_sixteen_bytes() { // Base figure 207
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller = attach(host)) {
      page(host, 2)
          .put(0, (byte) 0b100101)
          .put(5, (byte) 255)
          .putLong(32, -1)
          .putLong(40, -1)
          .putLong(144, 9)
          .putLong(152, 1)
          .putInt(192, -1)
          .putShort(202, (short) 310)
          .putInt(220, 6);
      SmartLog log = controller.logPages().smart();
      assertThat(log.kelvin()).isEqualTo(300);
      assertThat(log.availableSparePercent()).isEqualTo(100);
      assertThat(log.usedPercent()).isEqualTo(255);
      assertThat(log.dataUnitsRead()).isEqualTo(BigInteger.TWO.pow(128).subtract(BigInteger.ONE));
      assertThat(log.unsafeShutdowns())
          .isEqualTo(BigInteger.TWO.pow(64).add(BigInteger.valueOf(9)));
      assertThat(log.warningTemperatureMinutes()).isEqualTo(0xffffffffL);
      assertThat(log.sensorKelvins()).startsWith(0, 310, 0);
      assertThat(log.thermalTransitions(1)).isZero();
      assertThat(log.thermalTransitions(2)).isEqualTo(6);
      assertThat(log.warnings())
          .containsExactly(
              "available spare is below the threshold",
              "reliability is degraded",
              "persistent memory region is read only or unreliable");
    }
  }

  @Test
  void errors_are_told_newest_first_up_to_the_first_unused_entry() { // Base figure 206
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller = attach(host)) {
      assertThat(controller.logPages().errors(64)).isEmpty();
      page(host, 1)
          .putLong(0, 12)
          .putShort(8, (short) 3)
          .putShort(10, (short) -1)
          .putShort(12, (short) (0x4281 << 1 | 1))
          .putShort(14, (short) (2 << 8 | 10))
          .putLong(16, 77)
          .putInt(24, 1)
          .putLong(64, 11);
      List<ErrorLogEntry> errors = controller.logPages().errors(1000);
      assertThat(errors).hasSize(2);
      assertThat(errors.getFirst())
          .isEqualTo(new ErrorLogEntry(12, 3, 0xffff, 0x4281, 2 << 8 | 10, 77, 1, 0));
      assertThat(NvmeStatus.text(errors.getFirst().status())).startsWith("unrecovered read error");
      assertThat(controller.logPages().errors(1)).hasSize(1);
    }
  }

  @Test
  void effects_are_found_by_opcode() { // Base figure 211
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller = attach(host)) {
      page(host, 5).putInt(0x80 * 4, 0b1011).putInt(1024 + 4, 0b11);
      CommandEffects effects = controller.logPages().commandEffects();
      assertThat(effects.ofAdmin(0x80))
          .isEqualTo(
              CommandEffects.SUPPORTED
                  | CommandEffects.CHANGES_BLOCKS
                  | CommandEffects.CHANGES_INVENTORY);
      assertThat(effects.ofIo(1))
          .isEqualTo(CommandEffects.SUPPORTED | CommandEffects.CHANGES_BLOCKS);
      assertThat(effects.ofIo(0xff)).isZero();
    }
  }

  @Test
  void changed_namespaces_are_told_once_and_too_many_as_all() { // Base 5.16.1.5
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller = attach(host)) {
      host.model().putNamespace(3, 8);
      host.model().putNamespace(2, 8);
      assertThat(controller.logPages().changedNamespaces()).containsExactly(2, 3);
      assertThat(controller.logPages().changedNamespaces()).isEmpty();
      for (int id = 1; id <= 1025; id++) {
        host.model().putNamespace(id, 8);
      }
      assertThat(controller.logPages().changedNamespaces()).containsExactly(-1);
    }
  }

  @Test
  void a_page_longer_than_a_command_may_carry_is_read_in_parts() { // LPA bit 2
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT.withMdts(1));
        NvmeController controller = attach(host)) {
      byte[] vendors = new byte[50_000];
      new Random(3).nextBytes(vendors);
      host.model().logs().page(0xc0, vendors);
      assertThat(controller.maxTransferBytes()).isEqualTo(8192);
      int before = host.model().logs().reads();
      assertThat(controller.logPages().read(0xc0, -1, 0, vendors.length)).isEqualTo(vendors);
      assertThat(host.model().logs().reads() - before).isEqualTo(7);
      assertThat(controller.logPages().read(0xc0, -1, 40_000, 8))
          .isEqualTo(Arrays.copyOfRange(vendors, 40_000, 40_008));
      assertThatThrownBy(() -> controller.logPages().read(0xc0, -1, 2, 8))
          .hasMessage(
              "8 bytes at 2 of a log page are not a positive multiple of 4 at a multiple of 4");
    }
  }

  @Test
  void without_offsets_only_the_beginning_can_be_read() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      host.model().faults().lie(c -> c.opcode() == 6 && c.cdw10() == 1, d -> d.put(261, (byte) 0));
      try (NvmeController controller = attach(host)) {
        assertThat(controller.logPages().read(2, -1, 0, 512)).hasSize(512);
        assertThatThrownBy(() -> controller.logPages().read(2, -1, 4, 8))
            .hasMessage("controller gives the first 16384 bytes of a log page only (LPA)");
      }
    }
  }

  @Property(tries = 100)
  void whatever_a_page_holds_it_can_be_decoded(@ForAll @Size(512) byte[] noise) {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller = attach(host)) {
      for (int page = 1; page <= 6; page++) {
        byte[] bytes = host.model().logs().page(page);
        for (int at = 0; at < bytes.length; at++) {
          bytes[at] = noise[at % noise.length];
        }
      }
      LogPages pages = controller.logPages();
      assertThat(pages.errors(64).size()).isLessThanOrEqualTo(64);
      assertThat(pages.smart().warnings().size()).isLessThanOrEqualTo(8);
      assertThat(pages.firmwareSlots().revisions()).hasSize(7);
      assertThat(pages.selfTests().results().size()).isLessThanOrEqualTo(20);
    }
  }
}

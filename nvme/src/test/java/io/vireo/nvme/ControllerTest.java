package io.vireo.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.AsyncEvent;
import io.vireo.nvme.spec.LogPage;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.spec.Registers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControllerTest {
  private static NvmeController attach(ModelHost host) {
    return NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT);
  }

  @Test
  void a_controller_tells_what_it_is() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT.withNamespaces(3, 12));
        NvmeController controller = attach(host)) {
      assertThat(controller.identify().serialNumber()).isEqualTo("MODEL-1");
      assertThat(controller.identify().modelNumber()).isEqualTo("Controller in plain memory");
      assertThat(controller.identify().subsystemName()).isEqualTo("nqn.2026-01.io.vireo:model");
      assertThat(Registers.version(controller.identify().version())).isEqualTo("2.0.0");
      assertThat(controller.identify().volatileWriteCache()).isTrue();
      assertThat(controller.maxTransferBytes()).isEqualTo(4096 << 5);
      assertThat(controller.queuePairs()).isEqualTo(4);
      assertThat(controller.namespaces()).extracting(NvmeNamespace::id).containsExactly(1, 2, 3);
      assertThat(controller.namespaces()).allMatch(n -> n.blockBytes() == 4096);
      assertThat(controller.namespaces()).allMatch(n -> n.blocks() == 16384);
    }
  }

  @Test
  void everything_is_given_back_at_the_end() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      try (NvmeController controller = attach(host)) {
        IoQueuePair pair = controller.openQueuePair(64, 32);
        assertThat(host.allocations()).isEqualTo(6);
        controller.close(pair);
      }
      assertThat(host.allocations()).isZero();
      attach(host).close();
    }
  }

  @Test
  void an_enabled_controller_is_reset_first() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      NvmeController first = attach(host);
      assertThat(first.namespaces()).hasSize(1);
      attach(host).close(); // another driver left it running
      first.abandon();
      assertThat(host.allocations()).isZero();
    }
  }

  @Test
  void more_namespaces_than_fit_into_one_list_are_all_found() {
    ModelOptions many =
        ModelOptions.DEFAULT.withRegisters(64, 0, 12).withNamespaces(1500, 9).withBlocks(8);
    try (ModelHost host = new ModelHost(many)) {
      host.model().removeNamespace(1024);
      try (NvmeController controller = attach(host)) {
        assertThat(controller.namespaces()).hasSize(1499).noneMatch(n -> n.id() == 1024);
        host.model().removeNamespace(1);
        assertThat(controller.rescan()).hasSize(1498);
      }
    }
  }

  @Test
  void strides_of_doorbells_and_larger_pages_are_honoured() {
    ModelOptions odd = ModelOptions.DEFAULT.withRegisters(128, 3, 14);
    try (ModelHost host = new ModelHost(odd);
        NvmeController controller = attach(host)) {
      assertThat(controller.maxTransferBytes()).isEqualTo(16384 << 5);
      controller.close(controller.openQueuePair(128, 127));
      assertThatThrownBy(() -> controller.openQueuePair(129, 64))
          .hasMessage("queue of 129 entries is larger than the controller's 128");
    }
  }

  @Test
  void a_controller_may_take_its_time_to_get_ready() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      host.model().faults().delayReady(1500);
      attach(host).close();
    }
  }

  @Test
  void one_that_never_gets_ready_is_given_up_after_cap_to() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      host.model().faults().stickReady(true);
      assertThatThrownBy(() -> attach(host))
          .isInstanceOf(NvmeException.class)
          .hasMessageStartingWith("CSTS.RDY was still 0 2000 ms after CC.EN = 1 (CAP.TO)");
      // Once for RDY, and once more before EN may be cleared.
      assertThat(host.nanoTime()).isBetween(4_000_000_000L, 4_100_000_000L);
      assertThat(host.allocations()).isZero();
    }
  }

  @Test
  void one_that_does_not_stop_keeps_its_queues_memory() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      NvmeController controller = attach(host);
      host.model().faults().stickReady(true);
      assertThatThrownBy(controller::disable)
          .hasMessageStartingWith("CSTS.RDY was still 1 2000 ms after CC.EN = 0 (CAP.TO)");
      assertThat(host.allocations()).isEqualTo(3);
      host.model().faults().stickReady(false);
      controller.disable();
      assertThat(host.allocations()).isZero();
    }
  }

  @Test
  void a_fatal_error_is_seen_while_enabling_and_by_commands() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      NvmeController controller = attach(host);
      host.model().faults().fatal(true);
      assertThatThrownBy(controller::rescan)
          .hasMessage("admin command 06h met a fatal error of the controller (CSTS.CFS)");
      controller.disable();
      controller.enable();
      assertThat(controller.rescan()).hasSize(1);
      controller.disable();
      host.model().faults().fatal(true);
      assertThatThrownBy(controller::enable)
          .hasMessageStartingWith("controller met a fatal error while it was enabled");
      assertThat(host.allocations()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0xff, 0})
  void a_controller_that_is_gone_is_told_by_registers_of_ones_or_zeroes(int registerByte) {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      NvmeController controller = attach(host);
      host.model().faults().gone(registerByte);
      assertThatThrownBy(controller::rescan)
          .hasMessage("admin command 06h lost its controller: registers cannot be read");
      assertThatThrownBy(controller::disable)
          .hasMessage("controller is gone: its registers cannot be read");
      assertThatThrownBy(() -> attach(host))
          .hasMessage("controller is gone: its registers cannot be read");
      controller.abandon();
      assertThat(host.allocations()).isZero();
    }
  }

  @Test
  void an_admin_command_that_never_ends_keeps_its_memory_until_the_reset() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      NvmeController controller = attach(host);
      host.model().faults().once(c -> c.opcode() == 6, Kind.DROP, 0);
      assertThatThrownBy(controller::rescan)
          .hasMessage("admin command 06h did not end within 30000 ms");
      assertThat(host.allocations()).isEqualTo(4);
      assertThat(controller.rescan()).hasSize(1);
      controller.disable();
      assertThat(host.allocations()).isZero();
    }
  }

  @Test
  void a_failed_admin_command_tells_its_status() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller = attach(host)) {
      assertThatThrownBy(() -> controller.logPages().read(0x77, -1, 512, at -> 0))
          .hasMessage(
              "admin command 02h failed: invalid log page (type 1h, code 09h, do not retry)")
          .extracting(e -> ((NvmeException) e).status())
          .isEqualTo(NvmeStatus.DNR | NvmeStatus.INVALID_LOG_PAGE);
      host.model().faults().once(c -> c.opcode() == 1, Kind.STATUS, 0x4102);
      assertThatThrownBy(() -> controller.openQueuePair(64, 63))
          .hasMessageContaining("admin command 01h failed: invalid queue size");
      assertThat(host.allocations()).isEqualTo(3);
      controller.close(controller.openQueuePair(64, 63));
    }
  }

  @Test
  void no_more_queue_pairs_than_there_are() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller = attach(host)) {
      List<IoQueuePair> pairs = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        pairs.add(controller.openQueuePair(16, 15));
      }
      assertThat(pairs).extracting(IoQueuePair::id).containsExactly(1, 2, 3, 4);
      assertThatThrownBy(() -> controller.openQueuePair(16, 15))
          .hasMessage("all 4 queue pairs of the controller are in use");
      controller.close(pairs.get(1));
      assertThat(controller.openQueuePair(16, 15).id()).isEqualTo(2);
    }
  }

  @Test
  void events_come_one_after_the_other_and_again() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller = attach(host)) {
      List<String> seen = new ArrayList<>();
      controller
          .events()
          .listen(
              new ControllerEvents.Listener() {
                @Override
                public void happened(AsyncEvent event) {
                  seen.add(event.type() + "/" + event.info() + "/" + event.logPage());
                }
              });
      for (int i = 0; i < 10; i++) {
        host.model().event(1, i % 3, LogPage.SMART);
        host.model().step();
        controller.events().poll();
      }
      host.model().step();
      controller.events().poll();
      assertThat(seen).hasSize(10).startsWith("1/0/2", "1/1/2", "1/2/2", "1/0/2");
      assertThat(controller.logPages().smart().criticalWarning()).isEqualTo(0b111);
    }
  }
}

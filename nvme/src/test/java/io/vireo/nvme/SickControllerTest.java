package io.vireo.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.Cc;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.spec.Registers;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.PcieTransport;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Controllers that fail at any step, or take their time. */
class SickControllerTest {
  /** Commands from attaching to the last of four namespaces. */
  private static final int STEPS = 16;

  /** A few deadlines of 30 s. */
  private static final long LIMIT_NS = 200_000_000_000L;

  private static NvmeController of(ModelHost host) {
    return NvmeController.of(host.transport(), host, host, ControllerOptions.DEFAULT);
  }

  /** The {@code number}th command. */
  private static Predicate<Command> command(int number) {
    AtomicInteger left = new AtomicInteger(number);
    return any -> left.getAndDecrement() == 0;
  }

  @Property(tries = 400)
  void whatever_fails_at_whichever_command_ends_in_time_and_gives_everything_back(
      @ForAll @IntRange(max = STEPS) int step,
      @ForAll Kind kind,
      @ForAll @IntRange(min = 1, max = 0x7fff) int value) {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT.withNamespaces(4, 9))) {
      host.model().faults().once(command(step), kind, value);
      NvmeController controller = of(host);
      try {
        controller.start();
        assertThat(controller.namespaces().size() + controller.unusableNamespaces().size())
            .isBetween(3, 4);
        controller.close();
      } catch (NvmeException e) {
        assertThat(e.getMessage()).matches("(admin command|controller) .*");
        controller.abandon();
      }
      assertThat(host.nanoTime()).isLessThan(LIMIT_NS);
      assertThat(host.allocations()).isZero();
    }
  }

  @Property(tries = 60)
  void a_controller_that_fails_for_good_fails_with_a_sentence(
      @ForAll @IntRange(max = STEPS) int step, @ForAll boolean gone) {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT.withNamespaces(4, 9))) {
      NvmeController controller = of(host);
      controller.start();
      Kind kind = gone ? Kind.GONE : Kind.FATAL;
      host.model().faults().once(command(step), kind, 0);
      String said = gone ? "lost its controller" : "met a fatal error of the controller";
      assertThatThrownBy(
              () -> {
                for (int i = 0; i <= STEPS; i++) {
                  controller.rescan();
                }
              })
          .isInstanceOf(NvmeException.class)
          .hasMessageContaining(said);
      if (gone) {
        assertThatThrownBy(controller::close)
            .hasMessage("controller is gone: its registers cannot be read");
      } else {
        assertThatThrownBy(controller::close)
            .hasMessageStartingWith("controller met a fatal error while it shut down");
      }
      controller.abandon();
      assertThat(host.allocations()).isZero();
    }
  }

  @Test
  void memory_that_ends_at_any_step_leaves_nothing_running() {
    int failed = 0;
    for (int step = 0; step < 30; step++) {
      try (ModelHost host = new ModelHost(ModelOptions.DEFAULT.withNamespaces(4, 9))) {
        AtomicInteger left = new AtomicInteger(step);
        DmaMemory scarce =
            new DmaMemory() {
              @Override
              public long allocate(long bytes, long alignmentBytes) {
                if (left.getAndDecrement() == 0) {
                  throw new ErrnoException("mmap", Errno.ENOMEM, "of memory for a drive");
                }
                return host.allocate(bytes, alignmentBytes);
              }

              @Override
              public void free(long hva) {
                host.free(hva);
              }
            };
        PcieTransport transport =
            new PcieTransport(
                host.model().bar(), host.model().barBytes(), host.pageTable(), scarce);
        NvmeController controller =
            NvmeController.of(transport, scarce, host, ControllerOptions.DEFAULT);
        try {
          controller.start();
          controller.close();
        } catch (ErrnoException e) {
          failed++;
        }
        assertThat(Cc.isEnabled(transport.get32(Registers.CC))).isFalse();
        transport.close();
        assertThat(host.allocations()).isZero();
      }
    }
    assertThat(failed).isBetween(10, 29);
  }

  @Test
  void a_passing_status_is_waited_for_as_long_as_the_controller_says() { // Base 3.3.3.2.1, CRD
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller = of(host)) {
      controller.start();
      int interrupted = 1 << 11 | NvmeStatus.COMMAND_INTERRUPTED;
      host.model().faults().once(c -> c.opcode() == 6, Kind.STATUS, interrupted);
      long before = host.nanoTime();
      assertThat(controller.rescan()).hasSize(1);
      assertThat(host.nanoTime() - before).isBetween(500_000_000L, 600_000_000L);
      host.model().faults().always(c -> c.opcode() == 6, Kind.STATUS, interrupted);
      before = host.nanoTime();
      assertThatThrownBy(controller::rescan)
          .hasMessageContaining("failed: command interrupted (type 0h, code 21h)");
      assertThat(host.nanoTime() - before).isBetween(29_000_000_000L, 31_000_000_000L);
      host.model().faults().clear();
      host.model().faults().once(c -> c.opcode() == 6, Kind.STATUS, NvmeStatus.DNR | interrupted);
      assertThatThrownBy(controller::rescan).hasMessageContaining("do not retry");
    }
  }

  @Test
  void aborts_are_no_more_than_the_controller_takes() { // ACL
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      NvmeController controller = of(host);
      controller.start();
      host.model().faults().always(c -> c.opcode() == 8, Kind.DROP, 0);
      for (int i = 0; i < 4; i++) {
        assertThatThrownBy(() -> controller.admin().abort(1, 5))
            .hasMessage("admin command 08h did not end within 30000 ms");
      }
      assertThatThrownBy(() -> controller.admin().abort(1, 5))
          .hasMessage("4 aborts did not end yet, and the controller takes no more at once");
      controller.close();
      assertThat(host.allocations()).isZero();
    }
  }

  @Test
  void commands_that_never_end_fill_the_queue_and_no_more() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      NvmeController controller = of(host);
      controller.start();
      host.model().faults().always(c -> c.opcode() == 6, Kind.DROP, 0);
      for (int i = 0; i < 27; i++) { // 31, less 4 requests for events
        assertThatThrownBy(controller::rescan).hasMessageContaining("did not end within");
      }
      assertThatThrownBy(controller::rescan)
          .hasMessage("admin command 06h was not taken: 31 others did not end yet");
      assertThat(host.allocations()).isEqualTo(3 + 27);
      controller.disable();
      assertThat(host.allocations()).isZero();
      host.model().faults().clear();
      controller.enable();
      controller.close();
    }
  }

  @Test
  void a_shutdown_is_waited_for_as_long_as_the_controller_wants() { // Base 3.6.1, RTD3E
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      host.model().faults().lieInIdentify(1, 88, 20_000_000, 4);
      NvmeController controller = of(host);
      controller.start();
      host.model().faults().stickShutdown(true);
      long before = host.nanoTime();
      assertThatThrownBy(controller::close)
          .hasMessage("controller did not shut down within 20000 ms (CSTS 0x5)");
      assertThat(host.nanoTime() - before).isBetween(20_000_000_000L, 20_100_000_000L);
      assertThat(host.allocations()).isZero();
      host.model().faults().stickShutdown(false);
      NvmeController again = of(host);
      again.start();
      again.closeAbruptly();
      assertThat(host.allocations()).isZero();
    }
  }
}

package io.vireo.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.nvme.CommandErrors.InjectedError;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.NvmeStatus;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Commands that somebody waits for while their queue goes. */
class SentCommandTest {
  private static final long DELAY_NS = 100_000_000;

  private final ModelHost host = new ModelHost(ModelOptions.DEFAULT);
  private int injected; // a status; 0: none

  private InjectedError error(int opcode) {
    return injected == 0 ? null : new InjectedError(false, DELAY_NS, injected);
  }

  private NvmeController attach() {
    ControllerOptions options =
        new ControllerOptions(
            32, 64, 30_000, 10_000, 0, Arbitration.DEFAULT, Set.of(), this::error);
    return NvmeController.attach(host.transport(), host, host, options);
  }

  @Test
  void one_that_no_queue_has_ends_in_its_time_and_its_closed_queue_is_left_alone() {
    try (NvmeController controller = attach()) {
      AdminQueue closed = controller.admin();
      injected = NvmeStatus.ABORTED_BY_HOST;
      byte[] data = new byte[512];
      SentCommand<AdminResult> sent =
          closed.send(AdminCommand.of(AdminOpcode.GET_LOG_PAGE).timeoutMs(60_000), data);
      injected = 0;
      controller.disable();
      assertThat(sent.isOver()).isFalse();
      controller.enable();
      assertThat(sent.isOver()).isFalse();
      closed.poll();
      assertThat(closed.unknownCompletions()).isZero();
      assertThat(sent.await().status()).isEqualTo(NvmeStatus.ABORTED_BY_HOST);
      assertThat(closed.unknownCompletions()).isZero();
      assertThat(controller.admin().unknownCompletions()).isZero();
    }
    assertThat(host.allocations()).isZero();
    host.close();
  }
}

package io.vireo.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.Cc;
import io.vireo.nvme.spec.Registers;
import io.vireo.nvme.transport.PcieTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Interrupts, priorities, and doorbells in memory. */
class QueuePairOptionsTest implements NvmeIoCompletion {
  private final List<Command> admin = new ArrayList<>();
  private int ended;

  @Override
  public void completed(NvmeIo io, int status) {
    assertThat(status).isZero();
    ended++;
  }

  private ModelHost host(ModelOptions options) {
    ModelHost host = new ModelHost(options);
    host.model().faults().always(this::seen, Faults.Kind.DROP, 0);
    return host;
  }

  private boolean seen(Command command) {
    if (command.isAdmin()) {
      admin.add(command);
    }
    return false;
  }

  private Command last(int opcode) {
    return admin.stream().filter(c -> c.opcode() == opcode).reduce((a, b) -> b).orElseThrow();
  }

  private void readOnce(ModelHost host, IoQueuePair pair, NamespaceQueue disk, long data) {
    NvmeIo read = new NvmeIo(this, 1);
    read.addData(data, 512);
    assertThat(disk.read(read, 0, 1)).isZero();
    int before = ended;
    pair.ring();
    for (int i = 0; i < 4; i++) {
      host.model().step();
      pair.poll(4);
    }
    assertThat(ended).isEqualTo(before + 1);
  }

  @Test
  void an_interrupt_is_signalled_by_the_vector_that_was_asked_for() { // Base 5.4
    try (ModelHost host = host(ModelOptions.DEFAULT)) {
      NvmeController controller =
          NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT);
      long data = host.allocate(4096, 4096);
      QueuePairOptions options = QueuePairOptions.of(8, 7, BounceBuffers.NONE).withInterrupts(3);
      IoQueuePair pair = controller.openQueuePair(options);
      assertThat(last(5).cdw11()).isEqualTo(3 << 16 | 0b11);
      NamespaceQueue disk = controller.open(pair, controller.namespaces().getFirst());
      List<Integer> vectors = new ArrayList<>();
      host.model().onInterrupt(vectors::add);
      readOnce(host, pair, disk, data);
      assertThat(vectors).containsExactly(3);
      IoQueuePair polled = controller.openQueuePair(8, 7);
      assertThat(last(5).cdw11()).isEqualTo(1);
      controller.close(polled);
      controller.close(pair);
      controller.close();
      assertThatThrownBy(() -> controller.openQueuePair(options.withInterrupts(2048)))
          .hasMessageContaining("interrupt vector 2048");
    }
  }

  @Test
  void priorities_are_asked_for_where_the_controller_arbitrates_by_weights() { // Base 3.4.4
    try (ModelHost host = host(ModelOptions.DEFAULT)) {
      ControllerOptions weighted =
          new ControllerOptions(
              32, 64, 30_000, 10_000, 0, new Arbitration(2, 1, 2, 3), Set.of(), CommandErrors.NONE);
      NvmeController controller = NvmeController.attach(host.transport(), host, host, weighted);
      assertThat(host.transport().get32(Registers.CC) & 0b111 << 11).isEqualTo(Cc.AMS_WEIGHTED);
      QueuePairOptions low = QueuePairOptions.of(8, 7, BounceBuffers.NONE).withPriority(3);
      IoQueuePair pair = controller.openQueuePair(low);
      assertThat(last(1).cdw11()).isEqualTo(1 << 16 | 3 << 1 | 1);
      controller.disable();
      pair.suspend();
      controller.enable();
      controller.reopen(pair);
      assertThat(last(1).cdw11()).isEqualTo(1 << 16 | 3 << 1 | 1);
      controller.close(pair);
      controller.close();
      NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT).close();
      assertThat(host.transport().get32(Registers.CC) & 0b111 << 11).isZero();
    }
  }

  @Test
  void doorbells_in_memory_wake_a_controller_that_sleeps() { // Base 5.8
    try (ModelHost host = host(ModelOptions.DEFAULT.withShadowDoorbells())) {
      PcieTransport transport = host.transport();
      NvmeController controller =
          NvmeController.attach(transport, host, host, ControllerOptions.DEFAULT);
      long data = host.allocate(4096, 4096);
      assertThat(last(0x7c).dptr1()).isNotZero().isNotEqualTo(last(0x7c).dptr2());
      IoQueuePair pair = controller.openQueuePair(3, 2);
      NamespaceQueue disk = controller.open(pair, controller.namespaces().getFirst());
      for (int i = 0; i < 20; i++) {
        readOnce(host, pair, disk, data);
      }
      controller.disable();
      pair.suspend();
      controller.enable();
      controller.reopen(pair);
      pair.resume();
      for (int i = 0; i < 20; i++) {
        readOnce(host, pair, disk, data);
      }
      controller.close(pair);
      controller.close();
      transport.close();
      assertThat(host.allocations()).isEqualTo(1); // the data
    }
  }

  @Test
  void a_controller_that_refuses_doorbells_in_memory_is_told_by_registers() {
    try (ModelHost host = host(ModelOptions.DEFAULT.withShadowDoorbells())) {
      host.model().faults().once(c -> c.opcode() == 0x7c, Faults.Kind.STATUS, 0x4002);
      NvmeController controller =
          NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT);
      long data = host.allocate(4096, 4096);
      IoQueuePair pair = controller.openQueuePair(3, 2);
      NamespaceQueue disk = controller.open(pair, controller.namespaces().getFirst());
      for (int i = 0; i < 8; i++) {
        readOnce(host, pair, disk, data);
      }
      controller.close(pair);
      controller.close();
    }
  }
}

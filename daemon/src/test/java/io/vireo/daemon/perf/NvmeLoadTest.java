package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Cpu;
import io.vireo.nvme.ControllerOptions;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The load of {@code vireo nvme perf} on a controller in memory. */
class NvmeLoadTest {
  private static final long INTERVAL_NS = 1_000_000_000;
  private static final long COUNTED_NS = 20_000_000;

  private final ModelHost host = threaded();
  private final NvmeController controller =
      NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT);
  private final int cpu = Cpu.allowed().nextSetBit(0);

  private static ModelHost threaded() {
    ModelHost host = new ModelHost(ModelOptions.DEFAULT, false);
    host.model().start();
    return host;
  }

  @AfterEach
  void everything_was_given_back() {
    controller.close();
    assertThat(host.allocations()).isZero();
    host.close();
  }

  private NvmeLoads loads(PerfOptions options, int... cpus) throws IOException {
    return new NvmeLoads(
        host, controller, () -> {}, controller.namespaces().getFirst(), options, cpus);
  }

  private static PerfOptions options(Workload workload, int bytes, int depth) {
    return new PerfOptions(workload, workload.readPercent, bytes, depth, 1);
  }

  @Test
  void ios_are_counted_and_their_latencies_with_them() throws Exception {
    try (NvmeLoads loads = loads(options(Workload.RANDRW, 4096, 8), cpu, cpu)) {
      StringWriter progress = new StringWriter();
      List<Sample> samples = loads.measure(new PrintWriter(progress), INTERVAL_NS, 0, COUNTED_NS);
      assertThat(samples).hasSize(2);
      assertThat(samples)
          .allSatisfy(
              sample -> {
                assertThat(sample.requests()).isPositive();
                assertThat(sample.latencies().getTotalCount()).isEqualTo(sample.requests());
                assertThat(sample.ns()).isGreaterThanOrEqualTo(COUNTED_NS);
              });
      NvmePerfReport report = new NvmePerfReport("disk", new int[] {cpu, cpu}, samples);
      StringWriter table = new StringWriter();
      report.print(new PrintWriter(table, true));
      assertThat(table.toString()).contains("IOPS", "p99.9", "CPU " + cpu, "disk");
      assertThat(report.json().get("requests"))
          .isEqualTo(samples.get(0).requests() + samples.get(1).requests());
    }
  }

  @Test
  void larger_ios_than_a_command_takes_are_load_too() throws Exception {
    try (NvmeLoads loads = loads(options(Workload.READ, 1 << 20, 2), cpu)) {
      Sample sample =
          loads.measure(new PrintWriter(new StringWriter()), INTERVAL_NS, 0, COUNTED_NS).getFirst();
      assertThat(sample.requests()).isPositive();
    }
  }

  @Test
  void a_failed_io_is_told_and_nothing_is_left_behind() throws Exception {
    host.model().faults().once(c -> c.opcode() == 2 && !c.isAdmin(), Kind.STATUS, 0x281);
    try (NvmeLoads loads = loads(options(Workload.READ, 512, 4), cpu)) {
      assertThatThrownBy(
              () -> loads.measure(new PrintWriter(new StringWriter()), INTERVAL_NS, 0, COUNTED_NS))
          .isInstanceOf(IOException.class)
          .hasMessage("1 I/Os failed, the first with: unrecovered read error (type 2h, code 81h)");
    }
  }

  @Test
  void what_cannot_be_load_is_refused() {
    assertThatThrownBy(() -> loads(options(Workload.READ, 16 << 20, 1), cpu))
        .hasMessage("the namespace has less than an I/O for each CPU");
    assertThatThrownBy(() -> loads(options(Workload.READ, 512, 1024), cpu))
        .hasMessageContaining("queue of 1025 entries is larger than the controller's 1024");
  }
}

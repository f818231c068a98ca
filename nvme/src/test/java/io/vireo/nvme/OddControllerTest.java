package io.vireo.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Mem;
import io.vireo.nvme.model.ModelFormat;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Controllers that answer nonsense, and those with quirks. */
class OddControllerTest {
  private static NvmeController of(ModelHost host) {
    return NvmeController.of(host.transport(), host, host, ControllerOptions.DEFAULT);
  }

  @Property(tries = 100)
  void noise_in_place_of_identify_data_is_survived(
      @ForAll @IntRange(max = 3) int cns, @ForAll int seed, @ForAll @IntRange(max = 3) int stride) {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      Random noise = new Random(seed);
      host.model()
          .faults()
          .lie(
              c -> c.opcode() == 6 && (c.cdw10() & 0xff) == cns,
              data -> {
                for (int at = noise.nextInt(8); at < data.capacity(); at += 1 + stride * 16) {
                  data.put(at, (byte) noise.nextInt());
                }
              });
      NvmeController controller = of(host);
      try {
        controller.start();
        assertThat(controller.maxTransferBytes()).isBetween(4096, 1 << 20);
        assertThat(controller.namespaces())
            .allMatch(n -> n.blocks() > 0 && n.blockShift() >= 9 && n.blockShift() <= 16);
        controller.close();
      } catch (NvmeException e) {
        controller.abandon();
      }
      assertThat(host.allocations()).isZero();
    }
  }

  private static void failsWith(ModelHost host, String sentence) {
    assertThatThrownBy(() -> of(host).start())
        .isInstanceOf(NvmeException.class)
        .hasMessage(sentence);
    assertThat(host.allocations()).isZero();
  }

  private static void leavesOut(int at, long value, int bytes, String sentence) {
    leavesOut(ModelOptions.DEFAULT, at, value, bytes, sentence);
  }

  private static void leavesOut(
      ModelOptions options, int at, long value, int bytes, String sentence) {
    try (ModelHost host = new ModelHost(options)) {
      host.model().faults().lieInIdentify(0, at, value, bytes);
      try (NvmeController controller = of(host)) {
        controller.start();
        assertThat(controller.namespaces()).isEmpty();
        assertThat(controller.unusableNamespaces()).containsExactly(sentence);
      }
    }
  }

  @Test
  void namespaces_of_nonsense_are_left_out_with_a_sentence() {
    leavesOut(134, 63, 1, "namespace 1 has blocks of 2^63 bytes, not of 2^9 to 2^16");
    leavesOut(134, 0, 1, "namespace 1 has blocks of 2^0 bytes, not of 2^9 to 2^16");
    leavesOut(
        ModelOptions.DEFAULT.withMdts(1), // two pages
        134,
        14,
        1,
        "namespace 1 has blocks of 16384 bytes, more than the 8192 of the longest command");
    leavesOut(0, -1, 8, "namespace 1 has 18446744073709551615 blocks, more than 2^63 bytes");
    leavesOut(
        0, Long.MAX_VALUE, 8, "namespace 1 has 9223372036854775807 blocks, more than 2^63 bytes");
  }

  @Test
  void metadata_among_the_data_count_unless_the_controller_can_hide_them() { // NVM 5.2
    ModelOptions two = ModelOptions.DEFAULT.withMdts(1); // pages
    leavesOut(
        two.withFormat(ModelFormat.metadata(8, true, 0)),
        134,
        13,
        1,
        "namespace 1 has blocks of 8200 bytes, more than the 8192 of the longest command");
    leavesOut(
        two.withFormat(ModelFormat.metadata(16, true, 1)),
        134,
        13,
        1,
        "namespace 1 has blocks of 8208 bytes, more than the 8192 of the longest command");
    try (ModelHost host = new ModelHost(two.withFormat(ModelFormat.metadata(8, true, 1)))) {
      host.model().faults().lieInIdentify(0, 134, 13, 1);
      try (NvmeController controller = of(host)) {
        controller.start();
        assertThat(controller.unusableNamespaces()).isEmpty();
        assertThat(controller.namespaces()).hasSize(1);
      }
    }
  }

  @Test
  void a_command_set_without_blocks_is_left_out() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      host.model()
          .faults()
          .lie(c -> c.opcode() == 6 && c.cdw10() == 3, data -> data.put(56, (byte) 1));
      try (NvmeController controller = of(host)) {
        controller.start();
        assertThat(controller.unusableNamespaces())
            .containsExactly("namespace 1 has command set 01h, not blocks");
      }
    }
  }

  @Test
  void lists_that_do_not_ascend_end_there_and_those_without_end_end_too() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      host.model().faults().lieInIdentify(2, 4, 1, 4);
      try (NvmeController controller = of(host)) {
        controller.start();
        assertThat(controller.namespaces()).hasSize(1);
      }
      host.model().faults().clear();
      AtomicInteger next = new AtomicInteger();
      host.model()
          .faults()
          .lie(
              c -> c.opcode() == 6 && c.cdw10() == 2,
              data -> {
                for (int i = 0; i < 1024; i++) {
                  data.putInt(4 * i, next.incrementAndGet());
                }
              });
      failsWith(host, "controller tells of more than 16384 namespaces");
    }
  }

  @Test
  void the_id_of_all_namespaces_is_no_namespace() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      host.model().faults().lieInIdentify(2, 4, -1, 4);
      try (NvmeController controller = of(host)) {
        controller.start();
        assertThat(controller.namespaces()).hasSize(1);
        assertThat(controller.unusableNamespaces())
            .containsExactly("controller tells of a namespace 4294967295, which can be none");
      }
    }
  }

  @Test
  void limits_beyond_ours_are_ours() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT.withMdts(255))) {
      host.model().faults().lieInIdentify(1, 516, -1, 4); // NN
      host.model().faults().lieInIdentify(1, 258, 0xffff, 2); // ACL, AERL
      host.model().faults().lieInIdentify(1, 88, -1, 4); // RTD3E: over an hour
      try (NvmeController controller = of(host)) {
        controller.start();
        assertThat(controller.maxTransferBytes()).isEqualTo(1 << 20);
        assertThat(controller.namespaces()).hasSize(1);
      }
    }
  }

  @Test
  void entries_and_kinds_that_do_not_fit_are_refused() {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      host.model().faults().lieInIdentify(1, 512, 0x77, 1);
      failsWith(host, "controller's submission entries are of 2^7 to 2^7 bytes, not of 2^6");
      host.model().faults().clear();
      host.model().faults().lieInIdentify(1, 513, 0, 1);
      failsWith(host, "controller's completion entries are of 2^0 to 2^0 bytes, not of 2^4");
      host.model().faults().clear();
      host.model().faults().lieInIdentify(1, 111, 3, 1);
      failsWith(host, "controller of type 3 has no I/O queues");
    }
  }

  private static void refusesCap(long mask, long bits, String sentence) {
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      long bar = host.model().bar();
      Mem.putLong(bar, (Mem.getLong(bar) & ~mask) | bits);
      failsWith(host, sentence);
    }
  }

  @Test
  void capabilities_of_nonsense_are_refused() { // Base 3.1.3.1
    refusesCap(0xffff, 0, "controller's queues have 1 entry (CAP.MQES 0), 2 are the least");
    refusesCap(0xffL << 48, 0x0fL << 48, "controller's pages of 2^27 to 2^12 bytes cannot be used");
    refusesCap(0xffL << 37, 0x80L << 37, "controller has no I/O commands (CAP.CSS 0x80)");
  }

  @Test
  void one_that_must_not_be_looked_at_is_not() { // quirk
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller =
            NvmeController.attach(
                host.transport(),
                host,
                host,
                ControllerOptions.DEFAULT.withQuirks(Set.of(Quirk.SLOW_STATUS)))) {
      assertThat(host.nanoTime()).isBetween(2_300_000_000L, 2_400_000_000L);
      assertThat(controller.namespaces()).hasSize(1);
    }
  }

  @Test
  void one_without_lists_is_asked_for_each_id() { // quirk, and before 1.1
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT.withNamespaces(3, 9))) {
      host.model().removeNamespace(2);
      host.model().faults().lieInIdentify(1, 80, 0x10000, 4);
      try (NvmeController controller = of(host)) {
        controller.start();
        assertThat(controller.namespaces()).extracting(NvmeNamespace::id).containsExactly(1, 3);
        assertThat(controller.namespaces().getFirst().identifiers().uuid()).isEmpty();
      }
    }
  }

  @Test
  void a_stripe_is_a_boundary() { // quirk
    ControllerOptions options = ControllerOptions.DEFAULT.withQuirks(Quirk.of(0x8086, 0x0953));
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller = NvmeController.attach(host.transport(), host, host, options)) {
      assertThat(controller.namespaces().getFirst().boundaryBlocks()).isEqualTo(256);
    }
  }

  @Test
  void all_command_sets_are_chosen_where_there_are_several() { // Base 3.5.1
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT)) {
      long bar = host.model().bar();
      Mem.putLong(bar, Mem.getLong(bar) | 1L << 43); // CAP.CSS bit 6
      try (NvmeController controller = of(host)) {
        controller.start();
        assertThat(Mem.getInt(bar + 0x14) >>> 4 & 0b111).isEqualTo(0b110);
        assertThat(controller.features().get(0x19)).isEqualTo(2);
      }
    }
  }
}

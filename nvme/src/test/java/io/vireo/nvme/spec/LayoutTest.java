package io.vireo.nvme.spec;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Offsets against structs that are written field by field, bits over all values of a word. */
class LayoutTest {
  private static final StructLayout SQE =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_INT.withName("cdw0"),
          ValueLayout.JAVA_INT.withName("nsid"),
          ValueLayout.JAVA_INT.withName("cdw2"),
          ValueLayout.JAVA_INT.withName("cdw3"),
          ValueLayout.JAVA_LONG.withName("mptr"),
          ValueLayout.JAVA_LONG.withName("prp1"),
          ValueLayout.JAVA_LONG.withName("prp2"),
          ValueLayout.JAVA_INT.withName("cdw10"),
          ValueLayout.JAVA_INT.withName("cdw11"),
          ValueLayout.JAVA_INT.withName("cdw12"),
          ValueLayout.JAVA_INT.withName("cdw13"),
          ValueLayout.JAVA_INT.withName("cdw14"),
          ValueLayout.JAVA_INT.withName("cdw15"));

  private static final StructLayout CQE =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_LONG.withName("result"),
          ValueLayout.JAVA_SHORT.withName("sq_head"),
          ValueLayout.JAVA_SHORT.withName("sq_id"),
          ValueLayout.JAVA_SHORT.withName("command_id"),
          ValueLayout.JAVA_SHORT.withName("status"));

  private static int offset(StructLayout struct, String field) {
    return (int) struct.byteOffset(groupElement(field));
  }

  @Test
  void entries_are_laid_out_as_the_structs_are() {
    assertThat(Sqe.BYTES).isEqualTo((int) SQE.byteSize()).isEqualTo(1 << Sqe.SHIFT);
    assertThat(Sqe.CDW0).isEqualTo(offset(SQE, "cdw0"));
    assertThat(Sqe.NSID).isEqualTo(offset(SQE, "nsid"));
    assertThat(Sqe.CDW2).isEqualTo(offset(SQE, "cdw2"));
    assertThat(Sqe.MPTR).isEqualTo(offset(SQE, "mptr"));
    assertThat(Sqe.DPTR).isEqualTo(offset(SQE, "prp1"));
    assertThat(Sqe.PRP2).isEqualTo(offset(SQE, "prp2"));
    assertThat(Sqe.CDW10).isEqualTo(offset(SQE, "cdw10"));
    assertThat(Sqe.CDW12).isEqualTo(offset(SQE, "cdw12"));
    assertThat(Sqe.CDW14).isEqualTo(offset(SQE, "cdw14"));
    assertThat(Cqe.BYTES).isEqualTo((int) CQE.byteSize()).isEqualTo(1 << Cqe.SHIFT);
    assertThat(Cqe.DW0).isEqualTo(offset(CQE, "result"));
    assertThat(Cqe.DW2).isEqualTo(offset(CQE, "sq_head"));
    assertThat(Cqe.DW3).isEqualTo(offset(CQE, "command_id"));
  }

  @Property(tries = 200)
  void a_completion_is_taken_apart_as_it_was_put_together(
      @ForAll @IntRange(max = 0xffff) int commandId,
      @ForAll @IntRange(max = 1) int phase,
      @ForAll @IntRange(max = 0x7fff) int status,
      @ForAll @IntRange(max = 0xffff) int sqId,
      @ForAll long result) {
    try (Arena arena = Arena.ofConfined()) {
      long cqe = arena.allocate(CQE).address();
      Mem.putLong(cqe, result);
      Mem.putShort(cqe + offset(CQE, "sq_head"), (short) -1);
      Mem.putShort(cqe + offset(CQE, "sq_id"), (short) sqId);
      Mem.putShort(cqe + offset(CQE, "command_id"), (short) commandId);
      Mem.putShort(cqe + offset(CQE, "status"), (short) (status << 1 | phase));
      int dw3 = Cqe.dw3(cqe);
      assertThat(Cqe.commandId(dw3)).isEqualTo(commandId);
      assertThat(Cqe.status(dw3)).isEqualTo(status);
      assertThat((dw3 & Cqe.PHASE) != 0).isEqualTo(phase == 1);
      assertThat(Cqe.sqId(cqe)).isEqualTo(sqId);
      assertThat(Cqe.result(cqe)).isEqualTo(result);
      assertThat(Cqe.dw3(commandId, phase * Cqe.PHASE, status)).isEqualTo(dw3);
    }
  }

  @Test
  void doorbells_lie_as_far_apart_as_dstrd_says() { // PCIe 3.1.2
    assertThat(Registers.sqTailDoorbell(0, 0)).isEqualTo(0x1000);
    assertThat(Registers.cqHeadDoorbell(0, 0)).isEqualTo(0x1004);
    assertThat(Registers.sqTailDoorbell(3, 0)).isEqualTo(0x1018);
    assertThat(Registers.cqHeadDoorbell(3, 4)).isEqualTo(0x1000 + 7 * 64);
    assertThat(Registers.cqHeadDoorbell(65535, 15)).isEqualTo(0x1000 + 131071L * 131072);
  }

  @Test
  void capabilities_are_taken_out_of_their_bits() { // Base 3.1.3.1
    Cap cap = new Cap(0x0240_0030_2803_07ffL);
    assertThat(cap.maxQueueEntries()).isEqualTo(2048);
    assertThat(cap.contiguousQueuesRequired()).isTrue();
    assertThat(cap.weightedRoundRobin()).isTrue();
    assertThat(cap.readyTimeoutMs()).isEqualTo(20_000);
    assertThat(cap.doorbellStride()).isZero();
    assertThat(cap.subsystemReset()).isTrue();
    assertThat(cap.commandSets()).isEqualTo(Cap.CSS_NVM);
    assertThat(cap.minPageShift()).isEqualTo(12);
    assertThat(cap.maxPageShift()).isEqualTo(16);
    assertThat(cap.memoryBuffer()).isTrue();
    assertThat(cap.isGone()).isFalse();
    assertThat(new Cap(-1).isGone()).isTrue();
    assertThat(new Cap(0).isGone()).isTrue();
    assertThat(new Cap(0xffff).maxQueueEntries()).isEqualTo(65536);
  }

  @Test
  void configuration_is_put_together_of_its_bits() { // Base 3.1.3.5
    int cc = Cc.of(Cc.CSS_ALL, 14);
    assertThat(cc).isEqualTo(0x0046_0160);
    assertThat(Cc.pageBytes(cc)).isEqualTo(16384);
    assertThat(Cc.commandSet(cc)).isEqualTo(Cc.CSS_ALL);
    assertThat(Cc.sqeShift(cc)).isEqualTo(6);
    assertThat(Cc.cqeShift(cc)).isEqualTo(4);
    assertThat(Cc.isEnabled(cc)).isFalse();
    assertThat(Cc.withShutdown(cc | Cc.EN, Cc.SHN_NORMAL)).isEqualTo(0x0046_4161);
    assertThat(Cc.shutdown(0x8000)).isEqualTo(2);
  }

  @Test
  void statuses_are_read_by_people() { // Base 3.3.3.2.1
    assertThat(NvmeStatus.text(0x4080))
        .isEqualTo("LBA out of range (type 0h, code 80h, do not retry)");
    assertThat(NvmeStatus.text(0x281)).isEqualTo("unrecovered read error (type 2h, code 81h)");
    assertThat(NvmeStatus.text(0x7fe)).isEqualTo("vendor specific status (type 7h, code feh)");
    assertThat(NvmeStatus.isRetryable(0)).isFalse();
    assertThat(NvmeStatus.isRetryable(0x281)).isTrue();
    assertThat(NvmeStatus.isRetryable(0x4281)).isFalse();
    assertThat(NvmeStatus.retryDelay(0x1821)).isEqualTo(3);
  }
}

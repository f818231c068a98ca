package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.MISALIGNED;
import static io.vireo.nvme.transport.TransportQueue.SUBMITTED;
import static io.vireo.nvme.transport.TransportQueue.TOO_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmeStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compare and write, whose two commands are one (Base 3.4.2, NVM 2.4). */
class FusedTest {
  private static IoFixture fixture() {
    return new IoFixture(ModelOptions.DEFAULT, 16, 8, 2, 4096);
  }

  @Test
  void compare_and_write_writes_only_what_was_equal() { // Base 3.4.2, NVM 2.4
    try (IoFixture io = fixture()) {
      byte[] both = io.fill(0, 8192, 3);
      byte[] disk = io.host.model().namespace(1).data();
      System.arraycopy(both, 0, disk, 10 * 512, 4096);
      NvmeIo fused = io.io(0, 8192);
      assertThat(io.end(fused, io.disk.compareAndWrite(fused, 10, 8, 0))).isZero();
      assertThat(Arrays.copyOfRange(disk, 10 * 512, 18 * 512))
          .isEqualTo(Arrays.copyOfRange(both, 4096, 8192));
      assertThat(io.end(fused, io.disk.compareAndWrite(fused, 10, 8, 0)))
          .isEqualTo(NvmeStatus.COMPARE_FAILURE);
      assertThat(Arrays.copyOfRange(disk, 10 * 512, 18 * 512))
          .isEqualTo(Arrays.copyOfRange(both, 4096, 8192));
    }
  }

  @Test
  void the_two_commands_of_a_fused_operation_lie_side_by_side_even_over_the_queue_s_end() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT, 7, 6, 4, 4096)) {
      List<Integer> fuses = new ArrayList<>();
      io.host
          .model()
          .faults()
          .always(
              c -> {
                if (!c.isAdmin()) {
                  fuses.add(c.fuse());
                }
                return false;
              },
              Kind.DROP,
              0);
      io.fill(0, 1 << 16, 3);
      List<NvmeIo> sent = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        NvmeIo fused = new NvmeIo(io, 4);
        fused.addData(io.data + i * 1024L + (i % 3 == 0 ? 1 : 0), 1024);
        assertThat(io.disk.compareAndWrite(fused, i, 1, 0)).isEqualTo(SUBMITTED);
        NvmeIo read = io.io(65536 + i * 512L, 512);
        assertThat(io.disk.read(read, i, 1)).isEqualTo(SUBMITTED);
        sent.add(fused);
        sent.add(read);
      }
      io.drain();
      assertThat(sent).allMatch(one -> io.ends(one) == 1);
      for (int i = 0; i < fuses.size(); i++) {
        assertThat(fuses.get(i)).isEqualTo(i % 3 == 2 ? 0 : i % 3 + 1);
      }
      assertThat(io.buffers.available()).isEqualTo(4);
    }
  }

  @Test
  void a_fused_operation_is_sent_again_as_one_or_not_at_all() {
    try (IoFixture io = fixture()) {
      io.host.model().faults().always(c -> !c.isAdmin(), Kind.DROP, 0);
      io.fill(0, 1024, 3);
      NvmeIo both = io.io(0, 1024);
      io.disk.compareAndWrite(both, 0, 1, 0);
      io.pair.ring();
      io.host.model().step();
      ResetTest.reset(io);
      io.host.model().faults().clear();
      // What the first reset sent again is lost with the second; then the compare alone ends.
      io.host.model().faults().always(c -> c.fuse() == 2, Kind.DROP, 0);
      io.pair.ring();
      io.host.model().step();
      io.host.model().faults().clear();
      ResetTest.reset(io);
      io.drain();
      assertThat(io.ends(both)).isEqualTo(1);
      assertThat(both.status()).isNotZero();
      assertThat(io.host.model().namespace(1).data()[0]).isZero();
    }
  }

  @Test
  void what_cannot_be_one_fused_operation_is_refused() {
    try (IoFixture io = fixture()) {
      NvmeIo both = io.io(0, 1 << 20);
      assertThat(io.disk.compareAndWrite(both, 0, 1024, 0)).isEqualTo(TOO_LONG);
      assertThat(io.disk.compareAndWrite(both, 0, 8, 0)).isEqualTo(IoQueuePair.WRONG_LENGTH);
      assertThat(io.disk.compareAndWrite(both, 1 << 30, 8, 0)).isEqualTo(IoQueuePair.OUT_OF_RANGE);
      both.clearData();
      both.addData(io.data + 1, 16384);
      assertThat(io.disk.compareAndWrite(both, 0, 16, 0)).isEqualTo(MISALIGNED); // buffers of 4 KiB
      assertThat(both.inFlight()).isFalse();
      assertThat(io.buffers.available()).isEqualTo(2);
    }
  }

  @Test
  void a_fused_operation_that_never_fits_is_refused() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT, 2, 1)) {
      assertThat(io.disk.compareAndWrite(io.io(0, 1024), 0, 1, 0)).isEqualTo(TOO_LONG);
    }
    try (IoFixture io = fixture()) { // ACWU
      assertThat(io.disk.compareAndWrite(io.io(0, 17 * 1024), 0, 17, 0)).isEqualTo(TOO_LONG);
    }
  }
}

package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.SUBMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmeStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** I/Os that nobody wants any more. */
class CancelTest {
  private static final int BLOCK = 512;

  /** Reads of {@code blocks} each, taken one after the other. */
  private static List<NvmeIo> reads(IoFixture io, int count, int blocks) {
    List<NvmeIo> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      NvmeIo read = new NvmeIo(io, 4);
      read.addData(io.data + (long) i * blocks * BLOCK, (long) blocks * BLOCK);
      assertThat(io.disk.read(read, (long) i * blocks, blocks)).isEqualTo(SUBMITTED);
      taken.add(read);
    }
    io.pair.ring();
    return taken;
  }

  @Test
  void what_waits_ends_at_once_and_what_the_controller_has_is_told_for_aborts() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT, 8, 3)) {
      io.host.model().faults().always(Command::isIo, Kind.DROP, 0);
      List<NvmeIo> reads = reads(io, 8, 1); // the first three are in flight
      io.host.model().step();
      for (int i : new int[] {1, 2, 4, 7}) {
        reads.get(i).cancel();
      }
      int[] ids = io.pair.endUnwanted();
      assertThat(ids).hasSize(2);
      assertThat(reads).extracting(io::ends).containsExactly(0, 0, 0, 0, 1, 0, 0, 1);
      assertThat(reads.get(4).status()).isEqualTo(NvmeStatus.ABORTED_BY_HOST);
      for (int id : ids) {
        assertThat(io.controller.admin().abort(io.pair.id(), id)).isTrue();
      }
      io.host.model().faults().clear();
      io.pair.poll(8);
      assertThat(reads.get(1).status()).isEqualTo(NvmeStatus.ABORT_REQUESTED);
      ResetTest.reset(io); // for the one that was dropped
      io.drain();
      assertThat(reads).extracting(io::ends).containsOnly(1);
      for (int i : new int[] {0, 3, 5, 6}) {
        assertThat(reads.get(i).status()).isZero();
      }
    }
  }

  @Test
  void the_rest_of_a_long_one_is_not_sent() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT.withMdts(1), 8, 3)) {
      long[] fetched = new long[1];
      io.host
          .model()
          .faults()
          .always(c -> c.isIo() && fetched[0]++ < 0, Kind.DROP, 0); // only counts
      NvmeIo read = reads(io, 1, 256).getFirst(); // 16 commands of 8 KiB
      read.cancel();
      assertThat(io.pair.endUnwanted()).hasSize(3);
      assertThat(io.ends(read)).isZero(); // three commands have its memory
      io.drain();
      assertThat(io.ends(read)).isEqualTo(1);
      assertThat(read.status()).isEqualTo(NvmeStatus.ABORTED_BY_HOST);
      assertThat(fetched[0]).isEqualTo(3);
      read.clearData();
      read.addData(io.data, BLOCK);
      assertThat(io.disk.read(read, 0, 1)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(read.status()).isZero();
    }
  }

  @Test
  void a_reset_ends_it_in_place_of_sending_it_again() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT, 8, 7)) {
      io.host.model().faults().always(Command::isIo, Kind.LOST, 0);
      List<NvmeIo> reads = reads(io, 5, 1);
      io.host.model().step();
      reads.get(0).cancel();
      reads.get(3).cancel();
      io.controller.disable();
      io.pair.suspend();
      assertThat(reads).extracting(io::ends).containsExactly(1, 0, 0, 1, 0);
      reads.get(4).cancel();
      assertThat(io.pair.endUnwanted()).isEmpty(); // the controller has nothing
      assertThat(reads).extracting(io::ends).containsExactly(1, 0, 0, 1, 1);
      io.host.model().faults().clear();
      io.controller.enable();
      io.controller.reopen(io.pair);
      io.pair.resume();
      io.drain();
      assertThat(reads).extracting(io::ends).containsOnly(1);
      assertThat(reads).extracting(NvmeIo::status).filteredOn(s -> s == 0).hasSize(2);
    }
  }
}

package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.SUBMITTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.memreg.MemoryMap;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Owners that throw when they are told, as one does whose guest has taken its memory away: the
 * others are told nevertheless, over resets too.
 */
class ThrowingOwnersTest {
  /** Owners whose guest has gone: each throws when it is told. */
  private static void send(IoFixture io, long data, List<Integer> told, Integer... throwing) {
    Set<Integer> bad = Set.of(throwing);
    for (int i = 0; i < 6; i++) {
      int number = i;
      NvmeRequest request =
          new NvmeRequest(
              (ended, status) -> {
                told.add(number);
                if (bad.contains(number)) {
                  throw new InternalError("memory of " + number);
                }
              },
              1);
      request.addData(data + i * 512L, 512);
      assertThat(io.pair.submit(io.readCommand(request, i, 1))).isEqualTo(SUBMITTED);
    }
    io.pair.ring();
  }

  @Test
  void owners_that_throw_when_what_ended_before_a_reset_ends_now_keep_no_other_waiting() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      List<Integer> told = new ArrayList<>();
      send(io, io.data, told, 1, 2, 4);
      io.host.model().step();
      io.controller.disable();
      assertThatThrownBy(io.pair::suspend)
          .isInstanceOf(InternalError.class)
          .hasMessage("memory of 1");
      assertThat(told).containsExactly(0, 1, 2, 3, 4, 5);
      io.pair.suspend();
      ResetTest.enableAndResume(io);
      NvmeRequest after = io.request(0, 512);
      assertThat(io.read(after, 0, 1)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(io.ends(after)).isEqualTo(1);
    }
  }

  @Test
  void owners_that_throw_when_all_is_failed_keep_no_other_waiting() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      List<Integer> told = new ArrayList<>();
      send(io, io.data, told, 0, 1, 5);
      io.controller.disable();
      io.pair.suspend();
      NvmeIo waits =
          new NvmeIo(
              (ended, status) -> {
                told.add(6);
                throw new InternalError("memory of 6");
              },
              1);
      NvmeIo last = new NvmeIo(io, 1);
      waits.addData(io.data, 512);
      last.addData(io.data, 512);
      assertThat(io.disk.read(waits, 0, 1)).isEqualTo(SUBMITTED);
      assertThat(io.disk.read(last, 0, 1)).isEqualTo(SUBMITTED);
      assertThatThrownBy(() -> io.pair.fail(NvmeStatus.ABORTED_BY_HOST))
          .isInstanceOf(InternalError.class);
      assertThat(told).containsExactly(0, 1, 2, 3, 4, 5, 6);
      assertThat(io.ends(last)).isEqualTo(1);
      assertThat(io.pair.inFlight()).isZero();
      ResetTest.enableAndResume(io);
    }
  }

  @Test
  void those_that_cannot_be_sent_again_stop_nothing() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      long guest = (io.data + MemoryMap.ENTRY_BYTES - 1) & -MemoryMap.ENTRY_BYTES;
      List<Integer> told = new ArrayList<>();
      io.host.model().faults().always(c -> !c.isAdmin(), Kind.DROP, 0);
      send(io, guest, told, 0, 1, 2, 3, 4, 5);
      io.host.model().step();
      io.controller.disable();
      io.pair.suspend();
      io.host.model().faults().clear();
      io.host.pageTable().entries().clear(guest, MemoryMap.ENTRY_BYTES);
      assertThatThrownBy(() -> ResetTest.enableAndResume(io)).hasMessage("memory of 0");
      for (int i = 1; i < 6; i++) {
        assertThatThrownBy(() -> io.pair.poll(10)).hasMessage("memory of %d".formatted(i));
      }
      NvmeIo after = new NvmeIo(io, 1);
      after.addData(io.data, 512);
      assertThat(io.disk.read(after, 0, 1)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(io.ends(after)).isEqualTo(1);
      assertThat(after.status()).isZero();
      assertThat(told).containsExactly(0, 1, 2, 3, 4, 5);
    }
  }
}

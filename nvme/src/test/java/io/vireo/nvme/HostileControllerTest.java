package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.SUBMITTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** A controller that answers wrongly, late, or not at all. */
class HostileControllerTest {
  @Test
  void an_end_told_twice_ends_nothing_twice() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT, 64, 20)) {
      io.host.model().faults().always(Command::isIo, Kind.DUPLICATE, 0);
      for (int pass = 0; pass < 20; pass++) {
        List<NvmeRequest> sent = io.sendReads(20);
        io.drain();
        assertThat(sent).allMatch(r -> io.ends(r) == 1);
      }
      io.host.model().step();
      io.pair.poll(1000);
      assertThat(io.pair.queue().unknownCompletions()).isEqualTo(400);
    }
  }

  @Property(tries = 50)
  void the_end_of_what_nobody_sent_ends_nothing(@ForAll @IntRange(min = 1, max = 65535) int away) {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      io.host.model().faults().once(Command::isIo, Kind.STRAY, away);
      List<NvmeRequest> sent = io.sendReads(1);
      io.drain();
      assertThat(io.ends(sent.getFirst())).isEqualTo(1);
      assertThat(io.pair.queue().unknownCompletions()).isEqualTo(1);
    }
  }

  @Test
  void an_entry_of_the_wrong_phase_is_not_there() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      io.host.model().faults().once(Command::isIo, Kind.BAD_PHASE, 5);
      List<NvmeRequest> sent = io.sendReads(1);
      io.host.model().step();
      assertThat(io.pair.poll(10)).isZero();
      assertThat(io.pair.inFlight()).isEqualTo(1);
      io.drain();
      assertThat(io.ends(sent.getFirst())).isEqualTo(1);
    }
  }

  @Test
  void the_status_of_a_failed_command_arrives() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      io.host.model().faults().once(c -> c.isIo() && c.lba() == 1, Kind.STATUS, 0x281);
      io.host.model().faults().once(c -> c.isIo() && c.lba() == 2, Kind.STATUS, 0x4280);
      List<NvmeRequest> sent = io.sendReads(3);
      io.drain();
      assertThat(sent).extracting(NvmeRequest::status).containsExactly(0, 0x281, 0x4280);
      assertThat(NvmeStatus.isRetryable(sent.get(1).status())).isTrue();
      assertThat(NvmeStatus.isRetryable(sent.get(2).status())).isFalse();
    }
  }

  @Test
  void commands_end_in_any_order_and_late() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      io.host.model().faults().reorder(5);
      io.host.model().faults().once(c -> c.isIo() && c.lba() == 3, Kind.DELAY, 100);
      List<NvmeRequest> sent = io.sendReads(40);
      io.host.model().step();
      assertThat(io.pair.poll(100)).isEqualTo(39);
      assertThat(sent.get(3).inFlight()).isTrue();
      io.drain();
      assertThat(sent).allMatch(r -> io.ends(r) == 1 && r.status() == 0);
    }
  }

  @Test
  void an_abort_ends_what_would_never_end() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      io.host.model().faults().once(Command::isIo, Kind.DROP, 0);
      NvmeRequest lost = io.sendReads(1).getFirst();
      io.host.model().step();
      assertThat(io.controller.admin().abort(io.pair.id(), lost.commandId() ^ 1)).isFalse();
      assertThat(io.controller.admin().abort(io.pair.id(), lost.commandId())).isTrue();
      io.drain();
      assertThat(NvmeStatus.typeAndCode(lost.status())).isEqualTo(NvmeStatus.ABORT_REQUESTED);
    }
  }

  @Test
  void deleting_a_queue_ends_what_is_in_flight_there() {
    IoFixture io = new IoFixture(ModelOptions.DEFAULT);
    io.host.model().faults().always(Command::isIo, Kind.DROP, 0);
    List<NvmeRequest> sent = io.sendReads(10);
    io.host.model().step();
    io.close();
    assertThat(sent).allMatch(r -> io.ends(r) == 1);
    assertThat(sent)
        .allMatch(r -> NvmeStatus.typeAndCode(r.status()) == NvmeStatus.ABORTED_SQ_DELETION);
  }

  @Test
  void an_owner_that_throws_loses_no_completion() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      NvmeRequest thrower =
          new NvmeRequest(
              (r, status) -> {
                throw new IllegalArgumentException("owner's bug");
              },
              1);
      thrower.addData(io.data, 512);
      io.read(thrower, 0, 1);
      List<NvmeRequest> sent = io.sendReads(3);
      io.host.model().step();
      assertThatThrownBy(() -> io.pair.poll(10)).hasMessage("owner's bug");
      assertThat(io.pair.poll(10)).isEqualTo(3);
      assertThat(sent).allMatch(r -> io.ends(r) == 1);
    }
  }

  @Test
  void a_fatal_controller_takes_nothing_and_a_reset_brings_it_back() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      io.host.model().faults().fatal(true);
      NvmeRequest request = io.sendReads(1).getFirst();
      io.host.model().step();
      assertThat(io.pair.poll(10)).isZero();
      io.controller.disable();
      io.pair.suspend();
      io.pair.fail(NvmeStatus.ABORTED_BY_HOST);
      assertThat(io.ends(request)).isEqualTo(1);
      io.controller.enable();
      IoQueuePair fresh = io.controller.openQueuePair(16, 8);
      assertThat(fresh.submit(io.readCommand(request, 0, 1))).isEqualTo(SUBMITTED);
      fresh.ring();
      io.host.model().step();
      assertThat(fresh.poll(1)).isEqualTo(1);
      assertThat(request.status()).isZero();
      io.controller.close(fresh);
    }
  }
}

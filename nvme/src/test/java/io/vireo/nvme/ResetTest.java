package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.FULL;
import static io.vireo.nvme.transport.TransportQueue.SUBMITTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Queue pairs over resets of their controller. */
class ResetTest {
  /** A whole reset. */
  static void reset(IoFixture io) {
    io.pair.hold();
    io.controller.disable();
    io.pair.suspend();
    enableAndResume(io);
  }

  static void enableAndResume(IoFixture io) {
    io.controller.enable();
    io.controller.reopen(io.pair);
    io.pair.resume();
  }

  @Test
  void what_was_in_flight_is_sent_again_in_its_order() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      io.host.model().faults().once(c -> c.isIo() && c.lba() == 2, Kind.DELAY, 3);
      io.host.model().faults().always(HostileOnce.of(20), Kind.DROP, 0);
      List<NvmeRequest> sent = io.sendReads(20);
      io.host.model().step();
      io.pair.poll(100);
      io.controller.disable();
      io.pair.suspend();
      assertThat(io.pair.inFlight()).isEqualTo(20);
      assertThat(sent).allMatch(r -> r.inFlight() && io.ends(r) == 0);
      List<Long> order = new ArrayList<>();
      io.host.model().faults().clear();
      io.host
          .model()
          .faults()
          .always(
              c -> {
                if (c.isIo()) {
                  order.add(c.lba());
                }
                return false;
              },
              Kind.DROP,
              0);
      enableAndResume(io);
      io.drain();
      assertThat(sent).allMatch(r -> io.ends(r) == 1 && r.status() == 0);
      for (int i = 0; i < 20; i++) {
        assertThat(order.get(i)).isEqualTo(i);
      }
    }
  }

  /** The first so many I/O commands. */
  private static final class HostileOnce {
    static Predicate<Command> of(int count) {
      int[] left = {count};
      return command -> command.isIo() && left[0]-- > 0;
    }
  }

  @Test
  void while_it_is_held_nothing_is_rung_and_what_the_controller_has_may_end() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      List<NvmeRequest> sent = io.sendReads(3);
      NvmeRequest unrung = io.request(0, 512);
      assertThat(io.read(unrung, 3, 1)).isEqualTo(SUBMITTED);
      io.pair.hold();
      NvmeIo waits = new NvmeIo(io, 1);
      waits.addData(io.data, 512);
      assertThat(io.disk.read(waits, 0, 1)).isEqualTo(SUBMITTED);
      assertThat(io.read(io.request(512, 512), 1, 1)).isEqualTo(FULL);
      long before = io.host.model().fetchedIo();
      io.pair.ring();
      io.host.model().step();
      assertThat(io.host.model().fetchedIo()).isEqualTo(before + 3);
      assertThat(io.pair.poll(10)).isEqualTo(3);
      assertThat(sent).allMatch(r -> io.ends(r) == 1 && r.status() == 0);
      assertThat(io.ends(unrung) + io.ends(waits)).isZero();
      io.controller.disable();
      io.pair.ring();
      io.pair.poll(10);
      io.pair.suspend();
      enableAndResume(io);
      io.drain();
      assertThat(io.host.model().rungWhileDisabled()).isZero();
      assertThat(io.ends(unrung)).isEqualTo(1);
      assertThat(io.ends(waits)).isEqualTo(1);
    }
  }

  @Test
  void what_ended_before_the_reset_ends_with_its_own_status_and_is_not_sent_again() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      io.host.model().faults().once(c -> c.isIo() && c.lba() == 1, Kind.STATUS, 0x281);
      List<NvmeRequest> sent = io.sendReads(3);
      io.host.model().step(); // ended, but nobody looked
      long fetched = io.host.model().fetched();
      io.controller.disable();
      io.pair.suspend();
      assertThat(sent).extracting(NvmeRequest::status).containsExactly(0, 0x281, 0);
      assertThat(sent).allMatch(r -> io.ends(r) == 1);
      enableAndResume(io);
      io.drain();
      assertThat(sent).allMatch(r -> io.ends(r) == 1);
      assertThat(io.host.model().fetched()).isLessThan(fetched + 20); // admin commands only
    }
  }

  @Test
  void while_it_is_suspended_ios_wait_and_requests_are_refused_as_full() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      io.controller.disable();
      io.pair.suspend();
      NvmeIo waits = new NvmeIo(io, 1);
      waits.addData(io.data, 512);
      assertThat(io.disk.read(waits, 0, 1)).isEqualTo(SUBMITTED);
      assertThat(io.read(io.request(512, 512), 1, 1)).isEqualTo(FULL);
      io.pair.ring();
      assertThat(io.pair.poll(10)).isZero();
      assertThat(io.ends(waits)).isZero();
      enableAndResume(io);
      io.drain();
      assertThat(io.ends(waits)).isEqualTo(1);
      assertThat(waits.status()).isZero();
    }
  }

  @Test
  void failing_ends_everything_once_and_takes_nothing_until_it_is_resumed() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT.withMdts(1), 4, 3)) {
      io.host.model().faults().always(Command::isIo, Kind.DROP, 0);
      List<NvmeIo> all = new ArrayList<>();
      List<Integer> again = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        NvmeIo read =
            new NvmeIo(
                (r, status) -> {
                  assertThat(status).isEqualTo(NvmeStatus.ABORTED_BY_HOST);
                  io.completed(r, status);
                  again.add(io.disk.read(r, 0, 128));
                },
                1);
        read.addData(io.data + i * 65536L, 65536);
        assertThat(io.disk.read(read, i, 128)).isEqualTo(SUBMITTED);
        all.add(read);
      }
      NvmeRequest raw = io.request(0, 512);
      io.pair.ring();
      io.host.model().step();
      io.controller.disable();
      io.pair.suspend();
      assertThat(io.pair.inFlight()).isEqualTo(3);
      io.pair.fail(NvmeStatus.ABORTED_BY_HOST);
      assertThat(all).allMatch(r -> io.ends(r) == 1 && !r.inFlight());
      assertThat(again).hasSize(6).containsOnly(IoQueuePair.FAILED);
      assertThat(io.read(raw, 0, 1)).isEqualTo(IoQueuePair.FAILED);
      assertThat(io.pair.inFlight()).isZero();
      io.host.model().faults().clear();
      enableAndResume(io);
      assertThat(io.read(raw, 0, 1)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(raw.status()).isZero();
    }
  }

  @Test
  void each_step_of_a_reset_needs_the_one_before() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      assertThatThrownBy(io.pair::suspend)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the controller still has the queue: disable it first");
      assertThatThrownBy(() -> io.pair.fail(7)).hasMessage("queue pair 1 is not suspended");
      assertThatThrownBy(() -> io.controller.reopen(io.pair)).hasMessage("queue pair 1 is open");
      io.sendReads(1);
      io.controller.disable();
      assertThatThrownBy(() -> io.controller.reopen(io.pair))
          .hasMessage("queue pair 1 is not suspended");
      io.pair.suspend();
      assertThatThrownBy(() -> io.controller.reopen(io.pair)).hasMessage("controller is disabled");
      assertThatThrownBy(io.pair::resume).hasMessage("queue pair 1 was not reopened");
      enableAndResume(io);
      io.drain();
    }
  }

  @Test
  void a_second_reset_before_everything_was_sent_again_keeps_the_order() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT, 16, 8)) {
      io.host.model().faults().always(Command::isIo, Kind.DROP, 0);
      List<NvmeRequest> sent = io.sendReads(8);
      for (int i = 0; i < 3; i++) {
        io.host.model().step();
        io.controller.disable();
        io.pair.suspend();
        enableAndResume(io);
      }
      io.host.model().step();
      io.controller.disable();
      io.pair.suspend();
      io.host.model().faults().clear();
      enableAndResume(io);
      io.drain();
      assertThat(sent).allMatch(r -> io.ends(r) == 1 && r.status() == 0);
    }
  }

  @Test
  void a_pair_can_be_closed_at_each_step_and_all_memory_comes_back() {
    for (int steps = 0; steps < 5; steps++) {
      IoFixture io = new IoFixture(ModelOptions.DEFAULT);
      io.host.model().faults().always(Command::isIo, Kind.DROP, 0);
      List<NvmeRequest> sent = io.sendReads(5);
      io.host.model().step();
      if (steps > 0) {
        io.controller.disable();
      }
      if (steps > 1) {
        io.pair.suspend();
      }
      if (steps > 2) {
        io.controller.enable();
        io.controller.reopen(io.pair);
      }
      if (steps > 3) {
        io.pair.resume();
      }
      io.controller.close(io.pair);
      io.controller.close();
      assertThat(sent).allMatch(r -> io.ends(r) == 1 && !r.inFlight());
      assertThat(io.host.allocations()).isEqualTo(1); // the fixture's data
      io.host.close();
    }
  }
}

package io.vireo.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.transport.NvmeRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that take too long, by a clock that the test turns. */
class TimeoutTest implements TimeoutListener {
  private static final long LIMIT_NS = 800;

  private final List<NvmeRequest> late = new ArrayList<>();
  private long nowNs = 1_000_000;
  private long lastAgeNs;

  @Override
  public void late(IoQueuePair pair, NvmeRequest request, long ageNs) {
    assertThat(request.inFlight()).isTrue();
    late.add(request);
    lastAgeNs = ageNs;
  }

  private IoFixture fixture() {
    IoFixture io = new IoFixture(ModelOptions.DEFAULT);
    io.host.model().faults().always(Command::isIo, Kind.DROP, 0);
    io.pair.poll(1, nowNs);
    io.pair.watch(LIMIT_NS, this);
    return io;
  }

  private void pass(IoFixture io, long ns) {
    for (long left = ns; left > 0; left -= 50) {
      nowNs += Math.min(50, left);
      io.pair.poll(10, nowNs);
    }
  }

  @Test
  void each_is_told_once_a_limit_in_the_order_of_submission() {
    try (IoFixture io = fixture()) {
      NvmeRequest first = io.request(0, 512);
      NvmeRequest second = io.request(512, 512);
      io.read(first, 0, 1);
      pass(io, 300);
      io.read(second, 1, 1);
      io.pair.ring();
      pass(io, 499);
      assertThat(late).isEmpty();
      pass(io, 1);
      assertThat(late).containsExactly(first);
      assertThat(lastAgeNs).isEqualTo(LIMIT_NS);
      pass(io, 299);
      assertThat(late).hasSize(1);
      pass(io, 1);
      assertThat(late).containsExactly(first, second);
      pass(io, 800);
      assertThat(late).containsExactly(first, second, first, second);
      pass(io, 8000);
      assertThat(late).hasSize(2 + 2 + 20);
    }
  }

  @Test
  void what_ends_in_time_or_late_is_told_no_more() {
    try (IoFixture io = fixture()) {
      io.host.model().faults().clear();
      NvmeRequest quick = io.request(0, 512);
      io.read(quick, 0, 1);
      io.drain();
      pass(io, 2000);
      assertThat(late).isEmpty();
      io.host.model().faults().once(Command::isIo, Kind.DROP, 0);
      NvmeRequest stuck = io.request(0, 512);
      io.read(stuck, 0, 1);
      io.pair.ring();
      io.host.model().step();
      pass(io, 900);
      assertThat(late).containsExactly(stuck);
      assertThat(io.controller.admin().abort(io.pair.id(), late.getFirst().commandId())).isTrue();
      io.drain();
      pass(io, 5000);
      assertThat(late).hasSize(1);
      assertThat(io.ends(stuck)).isEqualTo(1);
    }
  }

  @Test
  void a_request_that_came_while_nobody_polled_is_as_old_as_the_next_poll() {
    try (IoFixture io = fixture()) {
      NvmeRequest before = io.request(0, 512);
      io.read(before, 0, 1);
      pass(io, 100);
      nowNs += 10 * LIMIT_NS; // asleep; at its end, before the first poll, something comes
      NvmeRequest after = io.request(512, 512);
      io.read(after, 1, 1);
      io.pair.poll(10, nowNs);
      assertThat(late).containsExactly(before);
      pass(io, 700);
      assertThat(late).doesNotContain(after);
      pass(io, 100);
      assertThat(late).contains(after);
    }
  }

  @Test
  void a_request_grows_old_also_where_polls_are_rare() {
    try (IoFixture io = fixture()) {
      NvmeRequest request = io.request(0, 512);
      io.read(request, 0, 1);
      for (int i = 0; i < 3; i++) {
        assertThat(late).isEmpty();
        nowNs += LIMIT_NS / 2;
        io.pair.poll(10, nowNs);
      }
      assertThat(late).containsExactly(request);
    }
  }

  @Test
  void without_a_limit_nobody_is_told_and_after_a_reset_time_begins_anew() {
    try (IoFixture io = fixture()) {
      NvmeRequest request = io.request(0, 512);
      io.read(request, 0, 1);
      pass(io, 790);
      io.controller.disable();
      io.pair.suspend();
      pass(io, 10_000);
      io.controller.enable();
      io.controller.reopen(io.pair);
      io.pair.resume();
      pass(io, 799);
      assertThat(late).isEmpty();
      pass(io, 1);
      assertThat(late).containsExactly(request);
      io.pair.watch(0, null);
      pass(io, 5000);
      assertThat(late).hasSize(1);
    }
  }

  @Test
  void an_io_of_several_commands_is_told_of_by_each_that_is_late() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT.withMdts(1))) {
      io.host.model().faults().once(c -> c.isIo() && c.lba() == 16, Kind.DROP, 0);
      io.pair.poll(1, nowNs);
      io.pair.watch(LIMIT_NS, this);
      NvmeIo read = new NvmeIo(io, 1);
      read.addData(io.data, 65536);
      io.disk.read(read, 0, 128);
      io.pair.ring();
      io.host.model().step();
      pass(io, 900);
      assertThat(late).hasSize(1);
      io.controller.admin().abort(io.pair.id(), late.getFirst().commandId());
      io.drain();
      assertThat(io.ends(read)).isEqualTo(1);
      assertThat(read.status() & 0x7ff).isEqualTo(7);
    }
  }
}

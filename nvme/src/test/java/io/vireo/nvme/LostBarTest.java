package io.vireo.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.Csts;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.spec.Registers;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.NvmeTransport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Drives that are pulled out: what was mapped of the BAR is no memory any more (SIGBUS). */
class LostBarTest {
  private static final int REQUESTS = 63;

  /** Runs after which a method is compiled. */
  private static final int COMPILED = 50_000;

  @Test
  void registers_read_all_ones_and_what_is_stored_there_is_dropped() {
    IoFixture io = new IoFixture(ModelOptions.DEFAULT);
    NvmeTransport transport = io.host.transport();
    io.host.model().loseBar();
    assertThat(transport.get32(Registers.CSTS)).isEqualTo(Registers.GONE);
    assertThat(transport.get64(Registers.CAP)).isEqualTo(-1);
    transport.set32(Registers.CC, 0);
    transport.set64(Registers.ASQ, 0x1000);
    assertThat(transport.get32(Registers.CC)).isEqualTo(Registers.GONE);
    io.controller.abandon();
    io.close();
  }

  @Test
  void they_do_in_compiled_code_too_which_learns_of_it_late() {
    IoFixture io = new IoFixture(ModelOptions.DEFAULT);
    NvmeTransport transport = io.host.transport();
    int there = 0;
    for (int i = 0; i < COMPILED; i++) {
      there += looksGone(transport) ? 0 : 1;
    }
    assertThat(there).isEqualTo(COMPILED);
    io.host.model().loseBar();
    int gone = 0;
    for (int i = 0; i < COMPILED; i++) {
      gone += looksGone(transport) ? 1 : 0;
    }
    assertThat(gone).isEqualTo(COMPILED);
    io.controller.abandon();
    io.close();
  }

  private static boolean looksGone(NvmeTransport transport) {
    transport.set32(Registers.CC, 0);
    return Csts.isGone(transport.get32(Registers.CSTS));
  }

  @Test
  void the_controller_is_told_as_gone() {
    IoFixture io = new IoFixture(ModelOptions.DEFAULT);
    io.host.model().loseBar();
    assertThatThrownBy(io.controller.admin()::keepAlive)
        .isInstanceOf(NvmeException.class)
        .hasMessage("admin command 18h lost its controller: registers cannot be read");
    for (Runnable call : List.<Runnable>of(io.controller::disable, io.controller::close)) {
      assertThatThrownBy(call::run)
          .isInstanceOf(NvmeException.class)
          .hasMessage("controller is gone: its registers cannot be read");
    }
    io.controller.abandon();
    io.controller.close(io.pair);
    io.host.free(io.data);
    assertThat(io.host.allocations()).isZero();
    assertThatThrownBy(io.controller::start).hasMessageContaining("controller is gone");
    io.host.close();
  }

  /** As a reactor bears an error that compiled code tells late. */
  private static void bear(Runnable work) {
    try {
      work.run();
    } catch (InternalError e) {
      return; // nothing is lost by it
    }
  }

  @Test
  void requests_are_submitted_and_polled_on_and_end_once_when_the_controller_is_given_up() {
    IoFixture io = new IoFixture(ModelOptions.DEFAULT, REQUESTS + 1, REQUESTS);
    List<NvmeRequest> reads = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      if (i == REQUESTS / 2) {
        io.host.model().loseBar();
      }
      NvmeRequest read = io.request(512L * i, 512);
      reads.add(read);
      io.read(read, i, 1);
      bear(io.pair::ring);
      bear(() -> io.pair.poll(16));
    }
    assertThat(io.pair.inFlight()).isEqualTo(REQUESTS);
    io.controller.abandon();
    io.pair.suspend();
    io.pair.fail(NvmeStatus.ABORTED_BY_HOST);
    assertThat(reads).extracting(io::ends).containsOnly(1);
    assertThat(reads).extracting(NvmeRequest::status).containsOnly(NvmeStatus.ABORTED_BY_HOST);
    io.close();
  }
}

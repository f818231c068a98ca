package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NvmeIo;
import io.vireo.nvme.spec.NvmeStatus;
import java.util.function.ToIntFunction;

/** I/Os on a queue pair, one at a time or several. */
final class IoRunner {
  private static final long PATIENCE_NS = 20_000_000_000L;
  private static final int MAX_PIECES = 64;
  private static final int BUDGET = 16;

  private final IoQueuePair pair;

  IoRunner(IoQueuePair pair) {
    this.pair = pair;
  }

  NvmeIo io() {
    return new NvmeIo((io, status) -> {}, MAX_PIECES);
  }

  /** Sends one and waits for its end; answers its status. */
  int status(NvmeIo io, ToIntFunction<NvmeIo> submit) {
    send(io, submit);
    await(io);
    return io.status();
  }

  /** The same for one that succeeds. */
  void run(NvmeIo io, ToIntFunction<NvmeIo> submit) {
    int status = status(io, submit);
    require(status == 0, NvmeStatus.text(status));
  }

  void send(NvmeIo io, ToIntFunction<NvmeIo> submit) {
    int taken = submit.applyAsInt(io);
    require(taken == 0, "refused with " + taken);
    pair.ring();
  }

  void await(NvmeIo io) {
    long deadline = System.nanoTime() + PATIENCE_NS;
    while (io.inFlight()) {
      pair.poll(BUDGET);
      require(System.nanoTime() < deadline, "no end within 20 s");
    }
  }
}

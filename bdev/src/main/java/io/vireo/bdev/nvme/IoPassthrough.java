package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Errno;
import io.vireo.linux.Mem;
import io.vireo.nvme.AdminResult;
import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.spec.Sqe;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.TransportQueue;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/** An I/O command that an operator put together, on a queue pair of its own. Drive's thread. */
final class IoPassthrough {
  private static final int PAGE_BYTES = 4096;
  private static final int FROM_CONTROLLER = 0b10;
  private static final long DEFAULT_TIMEOUT_MS = 30_000;
  private static final long NS_OF_MS = 1_000_000;
  private static final long NAP_NS = 20_000;

  private IoPassthrough() {}

  /**
   * Sends a command and waits for its end, whatever that is.
   *
   * @param entry its submission queue entry; ids and pointers in it are not looked at
   * @throws BdevException ETIMEDOUT: it did not end; the controller is still working on it, which
   *     closing the queue pair ends
   */
  static AdminResult send(
      NvmeController controller, DmaMemory memory, ByteBuffer entry, byte[] data, long timeoutMs) {
    IoQueuePair pair = controller.openQueuePair(2, 1);
    long hva = data.length == 0 ? 0 : memory.allocate(data.length, PAGE_BYTES);
    try {
      NvmeRequest request = request(entry, hva, data);
      int taken = pair.submit(request);
      if (taken != TransportQueue.SUBMITTED) {
        throw BdevException.invalid("the command was not taken: " + taken);
      }
      pair.ring();
      await(pair, request, timeoutMs == 0 ? DEFAULT_TIMEOUT_MS : timeoutMs);
      boolean receives = (entry.get(Sqe.CDW0) & 0b11) == FROM_CONTROLLER;
      byte[] answer = new byte[receives ? data.length : 0];
      Mem.copy(hva, answer, 0, answer.length);
      return new AdminResult(request.status(), request.result(), answer);
    } finally {
      controller.close(pair);
      if (hva != 0) {
        memory.free(hva);
      }
    }
  }

  private static NvmeRequest request(ByteBuffer entry, long hva, byte[] data) {
    NvmeRequest request = new NvmeRequest((ended, status) -> {}, 1);
    request.command(entry.get(Sqe.CDW0) & 0xff, entry.getInt(Sqe.NSID));
    request.cdw10and11(entry.getLong(Sqe.CDW10));
    request.cdw12and13(entry.getLong(Sqe.CDW12));
    request.cdw14and15(entry.getLong(Sqe.CDW14));
    if (data.length > 0) {
      Mem.copy(data, 0, hva, data.length);
      request.addData(hva, data.length);
    }
    return request;
  }

  private static void await(IoQueuePair pair, NvmeRequest request, long timeoutMs) {
    long deadline = System.nanoTime() + timeoutMs * NS_OF_MS;
    while (true) {
      pair.poll(1);
      if (!request.inFlight()) {
        return;
      }
      if (System.nanoTime() - deadline >= 0) {
        throw new BdevException(
            Errno.ETIMEDOUT, "the command did not end within %d ms".formatted(timeoutMs));
      }
      LockSupport.parkNanos(NAP_NS);
    }
  }
}

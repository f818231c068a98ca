package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.Mem;
import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NamespaceQueue;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeIo;
import io.vireo.nvme.NvmeNamespace;
import java.util.Arrays;

/** Our side of {@link KernelData}. */
final class KernelDataChecks {
  private final NamespaceQueue queue;
  private final IoRunner runner;
  private final long data;
  private final int blockBytes;

  KernelDataChecks(
      NvmeController controller,
      NvmeNamespace namespace,
      IoQueuePair pair,
      long data,
      int dataBytes) {
    this.queue = controller.open(pair, namespace);
    this.runner = new IoRunner(pair);
    this.data = data;
    this.blockBytes = namespace.blockBytes();
    require(dataBytes >= KernelData.ours().length, dataBytes);
  }

  Object readKernels() {
    byte[] expected = KernelData.kernels();
    NvmeIo io = io(expected.length);
    runner.run(io, one -> queue.read(one, lba(), expected.length / blockBytes));
    byte[] read = new byte[expected.length];
    Mem.copy(data, read, 0, read.length);
    int difference = Arrays.mismatch(read, expected);
    require(difference < 0, "differs at " + difference);
    return read.length + " bytes";
  }

  Object writeOurs() {
    byte[] bytes = KernelData.ours();
    Mem.copy(bytes, 0, data, bytes.length);
    NvmeIo io = io(bytes.length);
    runner.run(io, one -> queue.write(one, lba(), bytes.length / blockBytes, 0));
    runner.run(runner.io(), queue::flush);
    return bytes.length + " bytes, flushed";
  }

  private NvmeIo io(int bytes) {
    NvmeIo io = runner.io();
    require(io.addData(data, bytes), "no room for data");
    return io;
  }

  private long lba() {
    return KernelData.OFFSET / blockBytes;
  }
}

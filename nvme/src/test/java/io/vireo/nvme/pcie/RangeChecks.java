package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.Mem;
import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NamespaceQueue;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeIo;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.DsmRange;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Commands on ranges of blocks: what they change, what they leave, and how many they are. */
final class RangeChecks {
  private static final int BLOCKS = 2 * DsmRange.MAX_RANGES; // every second one is a range
  private static final int COPY_TO = 4 * BLOCKS;
  private static final int COPIED = 100;

  private final NvmeNamespace namespace;
  private final NamespaceQueue queue;
  private final IoQueuePair pair;
  private final IoRunner runner;
  private final long data;
  private final int blockBytes;

  RangeChecks(NvmeController controller, NvmeNamespace namespace, IoQueuePair pair, long data) {
    this.namespace = namespace;
    this.queue = controller.open(pair, namespace);
    this.pair = pair;
    this.runner = new IoRunner(pair);
    this.data = data;
    this.blockBytes = namespace.blockBytes();
  }

  void run(GuestChecks checks, String name) {
    checks.check(name + " discard of 256 ranges", this::discard);
    checks.check(name + " copy of ranges", this::copy);
    checks.check(name + " commands that it has not", this::notOffered);
  }

  /** What was in a range may be gone or not; what was beside it is there. */
  private Object discard() {
    byte[] written = write(0, BLOCKS);
    NvmeIo io = new NvmeIo((one, status) -> {}, DsmRange.MAX_RANGES);
    for (int i = 0; i < DsmRange.MAX_RANGES; i++) {
      require(io.addRange(2L * i, 1), "no room for range " + i);
    }
    long before = pair.counts().submitted();
    runner.run(io, queue::deallocate);
    long commands = pair.counts().submitted() - before;
    require(commands == 1, commands + " commands");
    byte[] read = read(0, BLOCKS);
    byte[] zeroes = new byte[blockBytes];
    int gone = 0;
    for (int i = 0; i < BLOCKS; i++) {
      int at = i * blockBytes;
      boolean same = Arrays.equals(read, at, at + blockBytes, written, at, at + blockBytes);
      boolean zero = i % 2 == 0 && Arrays.equals(read, at, at + blockBytes, zeroes, 0, blockBytes);
      require(same || zero, "block " + i + " is neither as it was nor zeroes");
      gone += zero ? 1 : 0;
    }
    return "one command; %d of %d blocks read zeroes".formatted(gone, DsmRange.MAX_RANGES);
  }

  /** A namespace of QEMU's that has no device of its own cannot be copied in. */
  private Object copy() {
    byte[] written = write(0, BLOCKS);
    NvmeIo io = runner.io();
    require(io.addRange(200, COPIED) && io.addRange(7, 1), "no room for ranges");
    if (namespace.identify().copyRangeBlocks() == 0) {
      int taken = queue.copy(io, COPY_TO, 0);
      require(taken == IoQueuePair.UNSUPPORTED, taken);
      return "not sent, for ranges of 0 blocks are the longest";
    }
    runner.run(io, one -> queue.copy(one, COPY_TO, 0));
    byte[] read = read(COPY_TO, COPIED + 1);
    int differs =
        Arrays.mismatch(read, 0, COPIED * blockBytes, written, 200 * blockBytes, 300 * blockBytes);
    require(differs < 0, "byte %d of the first range".formatted(differs));
    differs =
        Arrays.mismatch(
            read, COPIED * blockBytes, read.length, written, 7 * blockBytes, 8 * blockBytes);
    require(differs < 0, "byte %d of the second range".formatted(differs));
    return "2 ranges, %d blocks".formatted(COPIED + 1);
  }

  /** QEMU's controller verifies nothing, and makes nothing unreadable: ONCS says so. */
  private Object notOffered() {
    NvmeIo io = runner.io();
    int verify = queue.verify(io, 0, 1, 0);
    require(verify == IoQueuePair.UNSUPPORTED, "verify: " + verify);
    int uncorrectable = queue.writeUncorrectable(io, 0, 1);
    require(uncorrectable == IoQueuePair.UNSUPPORTED, "write uncorrectable: " + uncorrectable);
    return "verify and write uncorrectable are not sent";
  }

  private byte[] write(long lba, int blocks) {
    byte[] bytes = new byte[blocks * blockBytes];
    new SplittableRandom(lba + blocks).nextBytes(bytes);
    Mem.copy(bytes, 0, data, bytes.length);
    runner.run(io(bytes.length), one -> queue.write(one, lba, blocks, 0));
    return bytes;
  }

  private byte[] read(long lba, int blocks) {
    byte[] bytes = new byte[blocks * blockBytes];
    Mem.fill(data, bytes.length, (byte) 0x5a);
    runner.run(io(bytes.length), one -> queue.read(one, lba, blocks));
    Mem.copy(data, bytes, 0, bytes.length);
    return bytes;
  }

  private NvmeIo io(int bytes) {
    NvmeIo io = runner.io();
    require(io.addData(data, bytes), "no room for data");
    return io;
  }
}

package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;
import io.vireo.nvme.IoCounters;
import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NamespaceQueue;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeIo;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.spec.NvmeStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** I/Os of all sizes and alignments on a namespace, compared with an array. */
final class IoChecks {
  private static final int DISK_BYTES = 4 << 20; // of the namespace, as many as of memory
  private static final int RANDOM_IOS = 150;
  private static final int MAX_RANDOM_BYTES = 512 << 10;

  private final NamespaceQueue queue;
  private final NamespaceQueue other; // the same namespace over another queue pair
  private final IoQueuePair pair;
  private final IoRunner runner;
  private final IoRunner otherRunner;
  private final int blockBytes;
  private final int protection; // flags of commands with data
  private final long data;
  private final int dataBytes;
  private final byte[] disk = new byte[DISK_BYTES];
  private final SplittableRandom random = new SplittableRandom(42);

  IoChecks(
      NvmeController controller,
      NvmeNamespace namespace,
      IoQueuePair pair,
      IoQueuePair otherPair,
      long data,
      int dataBytes) {
    this.queue = controller.open(pair, namespace);
    this.other = controller.open(otherPair, namespace);
    this.pair = pair;
    this.runner = new IoRunner(pair);
    this.otherRunner = new IoRunner(otherPair);
    this.blockBytes = namespace.blockBytes();
    this.protection = protection(namespace.protectionType());
    this.data = data;
    this.dataBytes = dataBytes;
  }

  /** The controller makes it, checks it and takes it away: data are as long as without it. */
  private static int protection(int type) {
    return switch (type) {
      case 0 -> 0;
      case 1 -> NvmOpcode.PRACT | NvmOpcode.PRCHK_GUARD | NvmOpcode.PRCHK_REFERENCE_TAG;
      default -> NvmOpcode.PRACT | NvmOpcode.PRCHK_GUARD;
    };
  }

  void run(GuestChecks checks, String name) {
    checks.check(name + " all written", this::fill);
    checks.check(name + " every size from one block to 40 KiB", this::sizes);
    checks.check(name + " every alignment of a dword in a page", this::alignments);
    checks.check(name + " random I/Os of any shape", this::shapes);
    checks.check(name + " memory that it does not reach", this::unreached);
    checks.check(name + " 32 in flight", this::deep);
    checks.check(name + " two queue pairs at one time", this::twoPairs);
    if (protection == 0) { // a compare needs what the controller hides
      checks.check(name + " compare", this::compare);
    }
    checks.check(name + " write zeroes", this::zeroes);
    checks.check(name + " all read", this::all);
  }

  /** One I/O of all of it: cut as the controller needs it. */
  private Object fill() {
    random.nextBytes(disk);
    Mem.copy(disk, 0, data, DISK_BYTES);
    NvmeIo io = io(0, DISK_BYTES);
    runner.run(io, one -> queue.write(one, 0, DISK_BYTES / blockBytes, protection));
    runner.run(runner.io(), queue::flush);
    return DISK_BYTES + " bytes in one write of the caller";
  }

  private Object all() {
    Mem.fill(data, DISK_BYTES, (byte) 0);
    NvmeIo io = io(0, DISK_BYTES);
    runner.run(io, one -> queue.read(one, 0, DISK_BYTES / blockBytes, protection));
    expect(0, 0, DISK_BYTES);
    return DISK_BYTES + " bytes in one read of the caller";
  }

  private NvmeIo io(long offset, long bytes) {
    NvmeIo io = runner.io();
    require(io.addData(data + offset, bytes), "no room for data");
    return io;
  }

  /** What lies in memory is what is on the disk. */
  private void expect(long memoryOffset, int diskOffset, int bytes) {
    byte[] seen = new byte[bytes];
    Mem.copy(data + memoryOffset, seen, 0, bytes);
    int difference = Arrays.mismatch(seen, 0, bytes, disk, diskOffset, diskOffset + bytes);
    require(difference < 0, "byte %d of %d differs".formatted(difference, bytes));
  }

  private Object sizes() {
    int count = 0;
    for (int bytes = blockBytes; bytes <= 40 << 10; bytes += blockBytes) {
      int at = random.nextInt((DISK_BYTES - bytes) / blockBytes) * blockBytes;
      write(at, bytes, List.of(new Piece(0, bytes)));
      read(at, bytes, List.of(new Piece(1 << 20, bytes)));
      count++;
    }
    return count + " sizes";
  }

  private Object alignments() {
    int bytes = Math.max(blockBytes, 4096);
    int count = 0;
    for (int offset = 0; offset < 4096; offset += 124) {
      int at = random.nextInt((DISK_BYTES - bytes) / blockBytes) * blockBytes;
      write(at, bytes, List.of(new Piece(offset, bytes)));
      read(at, bytes, List.of(new Piece(4096 - offset, bytes)));
      count++;
    }
    return count + " alignments";
  }

  /** A piece of memory, by its offset in the data. */
  private record Piece(long offset, int bytes) {}

  private Object shapes() {
    long bytes = 0;
    for (int i = 0; i < RANDOM_IOS; i++) {
      int size = randomBytes();
      int at = random.nextInt((DISK_BYTES - size) / blockBytes + 1) * blockBytes;
      List<Piece> pieces = pieces(size);
      if (random.nextBoolean()) {
        write(at, size, pieces);
      } else {
        read(at, size, pieces);
      }
      bytes += size;
    }
    IoCounters counters = pair.counters();
    return "%d I/Os, %d bytes, %d split, %d commands copied"
        .formatted(RANDOM_IOS, bytes, counters.splitIos(), counters.bouncedCommands());
  }

  /** Memory that the controller does not reach: what lies there is copied. */
  private Object unreached() {
    long before = pair.counters().bouncedCommands();
    int bytes = 256 << 10;
    try (HostMemory memory =
        HostMemory.allocate(2L * bytes, "unreached", HostMemory.HugePages.NEVER)) {
      long offset = memory.address() - data;
      write(0, bytes, List.of(new Piece(offset + 1, bytes)));
      read(0, bytes, List.of(new Piece(offset + 777, bytes)));
      read(0, bytes, List.of(new Piece(0, bytes / 2), new Piece(offset, bytes / 2)));
    }
    long copied = pair.counters().bouncedCommands() - before;
    require(copied > 0, "nothing was copied");
    return copied + " commands copied";
  }

  private int randomBytes() {
    int limit = random.nextInt(4) > 0 ? 32 << 10 : MAX_RANDOM_BYTES;
    return (1 + random.nextInt(limit / blockBytes)) * blockBytes;
  }

  /** Lengths and places as a guest may have them: in order, with gaps, also odd ones. */
  private List<Piece> pieces(int bytes) {
    int count = 1 + random.nextInt(6);
    int unit = new int[] {1, 4, 512, 4096}[random.nextInt(4)];
    List<Piece> pieces = new ArrayList<>();
    long at = random.nextInt(8192 / unit) * (long) unit;
    int left = bytes;
    while (left > 0) {
      int most = pieces.size() == count - 1 ? left : 1 + random.nextInt(left);
      int length = Math.min(left, Math.max(unit, most / unit * unit));
      length = pieces.size() == count - 1 ? left : length;
      pieces.add(new Piece(at, length));
      left -= length;
      at += length + random.nextInt(3) * 4096L / unit * unit;
    }
    return pieces;
  }

  private void write(int at, int bytes, List<Piece> pieces) {
    byte[] fresh = new byte[bytes];
    random.nextBytes(fresh);
    System.arraycopy(fresh, 0, disk, at, bytes);
    NvmeIo io = runner.io();
    int done = 0;
    for (Piece piece : pieces) {
      Mem.copy(fresh, done, data + piece.offset, piece.bytes);
      require(io.addData(data + piece.offset, piece.bytes), "no room for data");
      done += piece.bytes;
    }
    runner.run(io, one -> queue.write(one, at / blockBytes, bytes / blockBytes, protection));
  }

  private void read(int at, int bytes, List<Piece> pieces) {
    NvmeIo io = runner.io();
    for (Piece piece : pieces) {
      Mem.fill(data + piece.offset, piece.bytes, (byte) 0x5a);
      require(io.addData(data + piece.offset, piece.bytes), "no room for data");
    }
    runner.run(io, one -> queue.read(one, at / blockBytes, bytes / blockBytes, protection));
    int done = at;
    for (Piece piece : pieces) {
      expect(piece.offset, done, piece.bytes);
      done += piece.bytes;
    }
  }

  /** Reads of 8 KiB with many at one time, several times over. */
  private Object deep() {
    int bytes = Math.max(blockBytes, 8192);
    int count = dataBytes / bytes;
    Mem.fill(data, dataBytes, (byte) 0);
    List<NvmeIo> inFlight = new ArrayList<>();
    int most = 0;
    for (int i = 0; i < count; i++) {
      int at = i * bytes;
      NvmeIo io = io(at, bytes);
      runner.send(io, one -> queue.read(one, at / blockBytes, bytes / blockBytes, protection));
      inFlight.add(io);
      most = Math.max(most, pair.inFlight());
      if (inFlight.size() == 40) { // more than the queue pair takes: the last ones wait in it
        inFlight.forEach(runner::await);
        inFlight.clear();
      }
    }
    inFlight.forEach(runner::await);
    expect(0, 0, dataBytes);
    require(most > 1, most);
    return "%d reads, at most %d in flight".formatted(count, most);
  }

  private Object twoPairs() {
    int bytes = 64 << 10;
    int half = DISK_BYTES / 2;
    int count = 16;
    for (int i = 0; i < count; i++) {
      int at = i * bytes;
      byte[] fresh = new byte[bytes];
      random.nextBytes(fresh);
      System.arraycopy(fresh, 0, disk, at, bytes);
      Mem.copy(fresh, 0, data, bytes);
      NvmeIo write = io(0, bytes);
      NvmeIo read = io(half, bytes);
      runner.send(write, one -> queue.write(one, at / blockBytes, bytes / blockBytes, protection));
      int from = half + at;
      otherRunner.send(
          read, one -> other.read(one, from / blockBytes, bytes / blockBytes, protection));
      otherRunner.await(read);
      expect(half, half + at, bytes);
      runner.await(write);
      NvmeIo again = io(half, bytes);
      otherRunner.run(
          again, one -> other.read(one, at / blockBytes, bytes / blockBytes, protection));
      expect(half, at, bytes);
    }
    return count + " writes on one, reads on the other";
  }

  private Object compare() {
    int bytes = Math.max(blockBytes, 16 << 10);
    NvmeIo io = io(4096, bytes);
    runner.run(io, one -> queue.read(one, 8, bytes / blockBytes, protection));
    runner.run(io, one -> queue.compare(one, 8, bytes / blockBytes, protection));
    Mem.putByte(data + 4096 + bytes - 1, (byte) ~Mem.getByte(data + 4096 + bytes - 1));
    int status = runner.status(io, one -> queue.compare(one, 8, bytes / blockBytes, protection));
    require((status & NvmeStatus.COMPARE_FAILURE) != 0, NvmeStatus.text(status));
    return NvmeStatus.text(status);
  }

  private Object zeroes() {
    int bytes = 1 << 20;
    int at = 2 << 20;
    Arrays.fill(disk, at, at + bytes, (byte) 0);
    runner.run(
        runner.io(),
        one -> queue.writeZeroes(one, at / blockBytes, bytes / blockBytes, protection));
    read(at, bytes, List.of(new Piece(0, bytes)));
    return bytes + " bytes";
  }
}

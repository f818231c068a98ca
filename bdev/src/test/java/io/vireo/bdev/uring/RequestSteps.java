package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoType;
import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.HostMemory.HugePages;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Steps of one request, with results made up instead of a kernel. */
final class RequestSteps implements AutoCloseable {
  static final int FD = 77;
  static final int SLOT = 5;
  static final long OFFSET = 1 << 20;
  private static final int IOVS = 4096;
  private static final long SQE_AT = (long) IOVS * BdevIo.IOVEC_BYTES;

  final HostMemory memory = HostMemory.allocate(1 << 20, "test", HugePages.NEVER);
  final BdevIo io = new BdevIo(null, 0, memory.address(), IOVS);
  private final UringRequest request = new UringRequest(SLOT, 0);
  private final Set<Long> tags = new HashSet<>();
  private final BackingFile file;

  RequestSteps(IoAlignment alignment) {
    file =
        new BackingFile(
            "made up", FD, 1L << 40, false, false, alignment, BdevGeometry.of(512), true);
  }

  BackingFile file() {
    return file;
  }

  /** Zeroed memory for one entry. */
  long sqe() {
    long sqe = memory.address() + SQE_AT;
    Mem.fill(sqe, 64, (byte) 0);
    return sqe;
  }

  /** A READ or WRITE of buffers that need not exist, from an address on, with gaps. */
  Transfer transfer(IoType type, long address, long... bufferBytes) {
    long length = Arrays.stream(bufferBytes).sum();
    io.prepare(type, OFFSET, length);
    long at = address;
    for (long bytes : bufferBytes) {
      io.addBuffer(at, bytes);
      at += bytes + (1 << 20);
    }
    Transfer transfer = new Transfer();
    transfer.begin(io, file);
    return transfer;
  }

  SqeView step(Transfer transfer) {
    long sqe = sqe();
    transfer.load();
    transfer.fill(sqe, FD, request);
    return entry(sqe);
  }

  SqeView step(Zeroing zeroing) {
    long sqe = sqe();
    zeroing.fill(sqe, FD, request);
    return entry(sqe);
  }

  /** With the slot for the tag, which must be a new one. */
  private SqeView entry(long sqe) {
    SqeView entry = SqeView.of(sqe);
    assertThat(tags.add(entry.userData())).isTrue();
    return entry.withUserData(UringRequest.slot(entry.userData()));
  }

  @Override
  public void close() {
    memory.close();
  }
}

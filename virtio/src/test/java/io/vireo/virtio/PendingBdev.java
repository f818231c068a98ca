package io.vireo.virtio;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;
import io.vireo.reactor.Reactor;
import io.vireo.virtio.queue.SplitQueue;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A disk in memory that writes down what it is asked and answers when it is told to: at once, in
 * order, out of order, with errors, or BUSY. One channel only; stepped by hand on its reactor's
 * thread.
 */
public final class PendingBdev extends Bdev {
  /** One request as it was submitted. */
  public record Asked(IoType type, long offset, long length, boolean fua, boolean mayUnmap) {}

  private final HostMemory memory;
  private int submissions;
  private final List<Asked> asked = new ArrayList<>();
  private final BdevIo[] pending = new BdevIo[SplitQueue.MAX_SIZE]; // stored to without a call
  private int pendingCount;
  private final Set<IoType> unsupported = EnumSet.noneOf(IoType.class);
  private boolean readOnly;
  private boolean writeCache = true;
  private int unmapRanges = 1;
  private boolean dma;
  private boolean atOnce;
  private boolean quiet;
  private int statusAtOnce = IoStatus.OK;
  private int busy;
  private Runnable beforeEach = () -> {};
  private RuntimeException bug;
  private TestChannel channel;

  public PendingBdev(String name, int blockBytes, long blocks) {
    this(name, BdevGeometry.of(blockBytes), blocks);
  }

  public PendingBdev(String name, BdevGeometry geometry, long blocks) {
    super(name, UUID.randomUUID(), geometry, blocks);
    memory =
        HostMemory.allocate(
            blocks * geometry.blockBytes(), "test-bdev", HostMemory.HugePages.NEVER);
  }

  public PendingBdev unsupported(IoType type) {
    unsupported.add(type);
    return this;
  }

  public PendingBdev asReadOnly() {
    readOnly = true;
    return this;
  }

  public PendingBdev withoutWriteCache() {
    writeCache = false;
    return this;
  }

  /** Takes that many ranges with one UNMAP. */
  public PendingBdev unmapRanges(int most) {
    unmapRanges = most;
    return this;
  }

  /** Says that it reaches memory by itself. */
  public PendingBdev reachingMemory() {
    dma = true;
    return this;
  }

  /** Writes nothing down. */
  public PendingBdev quiet() {
    quiet = true;
    return this;
  }

  /** Answers each request in its submit. */
  public PendingBdev atOnce() {
    atOnce = true;
    return this;
  }

  /** Answers each request in its submit with this status. */
  public void atOnce(int status) {
    atOnce = true;
    statusAtOnce = status;
  }

  /** Answers the next {@code times} requests with BUSY. */
  public void busy(int times) {
    busy = times;
  }

  /** Runs {@code action} in each submit. */
  public void beforeEach(Runnable action) {
    beforeEach = action;
  }

  /** Fails in the next submit. */
  public void bug(RuntimeException failure) {
    bug = failure;
  }

  /** Lets another size be seen, and told to all users. */
  public void changeSize(long blocks) {
    resize(blocks);
  }

  /** Everything that was submitted, but for what was answered with BUSY. */
  public List<Asked> asked() {
    return asked;
  }

  /** How many requests all {@link #asked} ranges came in. */
  public int submissions() {
    return submissions;
  }

  public int pending() {
    return pendingCount;
  }

  /** Ends the oldest pending request. */
  public void complete(int status) {
    end(0, status);
  }

  /** Ends the youngest pending request. */
  public void completeLast(int status) {
    end(pendingCount - 1, status);
  }

  /** Ends everything that is pending now. */
  public void completeAll() {
    for (int n = pendingCount; n > 0; n--) {
      complete(IoStatus.OK);
    }
  }

  private void end(int index, int status) {
    BdevIo io = pending[index];
    System.arraycopy(pending, index + 1, pending, index, --pendingCount - index);
    channel.end(io, status);
  }

  /** What is stored. */
  public byte[] stored(long offset, int bytes) {
    byte[] copy = new byte[bytes];
    Mem.copy(memory.address() + offset, copy, 0, bytes);
    return copy;
  }

  /** Changes what is stored. */
  public void store(long offset, byte[] bytes) {
    Mem.copy(bytes, 0, memory.address() + offset, bytes.length);
  }

  @Override
  public String productName() {
    return "Test disk";
  }

  @Override
  public boolean supports(IoType type) {
    return !unsupported.contains(type);
  }

  @Override
  public boolean readOnly() {
    return readOnly;
  }

  @Override
  public boolean writeCache() {
    return writeCache;
  }

  @Override
  public int maxUnmapRanges() {
    return unmapRanges;
  }

  @Override
  public boolean dma() {
    return dma;
  }

  @Override
  protected BdevChannel createChannel(Reactor reactor) {
    channel = new TestChannel(reactor);
    return channel;
  }

  @Override
  protected void destroy() {
    memory.close();
  }

  private void perform(BdevIo io) {
    long at = memory.address() + io.offsetBytes();
    switch (io.type()) {
      case READ -> io.scatter(0, at, io.lengthBytes());
      case WRITE -> io.gather(0, at, io.lengthBytes());
      case UNMAP -> {
        for (int i = 0; i < io.rangeCount(); i++) {
          Mem.fill(memory.address() + io.rangeOffsetBytes(i), io.rangeBytes(i), (byte) 0);
        }
      }
      case WRITE_ZEROES -> Mem.fill(at, io.lengthBytes(), (byte) 0);
      case FLUSH, RESET -> {}
    }
  }

  private final class TestChannel extends BdevChannel {
    TestChannel(Reactor reactor) {
      super(PendingBdev.this, reactor);
    }

    @Override
    protected int start(BdevIo io) {
      beforeEach.run();
      if (bug != null) {
        throw bug;
      }
      if (busy > 0) {
        busy--;
        return IoStatus.BUSY;
      }
      if (!atOnce) {
        pending[pendingCount++] = io;
      }
      if (!quiet) {
        for (int i = 0; i < io.rangeCount(); i++) {
          asked.add(
              new Asked(
                  io.type(), io.rangeOffsetBytes(i), io.rangeBytes(i), io.fua(), io.mayUnmap()));
        }
        submissions++;
      }
      if (!atOnce) {
        return IoStatus.PENDING;
      }
      if (statusAtOnce == IoStatus.OK) {
        perform(io);
      }
      return statusAtOnce;
    }

    void end(BdevIo io, int status) {
      if (status == IoStatus.OK) {
        perform(io);
      }
      finish(io, status);
    }
  }
}

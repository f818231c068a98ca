package io.vireo.bdev;

import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.HostMemory.HugePages;
import io.vireo.reactor.Poller;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps requests in flight on a channel, on its reactor's thread, until the bdev is gone: writes of
 * its own stretch of the disk, each read back and compared.
 */
public final class Load implements Poller, IoCompletion, AutoCloseable {
  private static final int REQUESTS = 16;
  private static final int BYTES = 8192;

  private final BdevChannel channel;
  private final long offset;
  private final HostMemory memory =
      HostMemory.allocate((long) REQUESTS * BYTES, "load", HugePages.NEVER);
  private final BdevIo[] idle = new BdevIo[REQUESTS];
  private int idleCount;
  private final long[] rounds = new long[REQUESTS];
  private boolean gone;

  public final AtomicLong completed = new AtomicLong();
  final AtomicLong refused = new AtomicLong();
  public final AtomicLong failed = new AtomicLong();
  public final AtomicLong wrong = new AtomicLong();
  public final CountDownLatch over = new CountDownLatch(1);

  /**
   * @param offset where its stretch of the disk begins
   */
  public Load(BdevChannel channel, long offset) {
    this.channel = channel;
    this.offset = offset;
    for (int i = 0; i < REQUESTS; i++) {
      idle[idleCount++] = new BdevIo(this, i, 0, 0);
    }
  }

  /** Any thread. */
  public void start() {
    channel.reactor().post(() -> channel.reactor().add(this));
  }

  /** Whether everything has ended after the bdev was gone. */
  public boolean awaitOver() throws InterruptedException {
    return over.await(30, TimeUnit.SECONDS);
  }

  private long address(BdevIo io) {
    return memory.address() + (long) io.tag() * BYTES;
  }

  @Override
  public int poll() {
    int work = 0;
    while (idleCount > 0 && !gone && work < REQUESTS) {
      BdevIo io = idle[--idleCount];
      if (!submit(io)) {
        idle[idleCount++] = io;
        break;
      }
      work++;
    }
    if (gone && idleCount == REQUESTS) {
      channel.reactor().remove(this);
      over.countDown();
    }
    return work;
  }

  @Override
  public boolean ready() {
    return !gone && idleCount > 0;
  }

  private boolean submit(BdevIo io) {
    long round = rounds[io.tag()];
    boolean read = (round & 1) == 1;
    if (!read) {
      Mem.fill(address(io), BYTES, (byte) (round / 2 * 31 + io.tag()));
    } else {
      Mem.fill(address(io), BYTES, (byte) 0);
    }
    io.prepare(read ? IoType.READ : IoType.WRITE, offset + (long) io.tag() * BYTES, BYTES);
    io.addBuffer(address(io), BYTES);
    int answer = channel.submit(io);
    if (answer == IoStatus.BUSY) {
      return false;
    }
    if (answer != IoStatus.PENDING) {
      complete(io, answer);
    }
    return true;
  }

  @Override
  public void complete(BdevIo io, int status) {
    idle[idleCount++] = io;
    if (status == IoStatus.NO_DEVICE) {
      gone = true;
      refused.incrementAndGet();
      return;
    }
    long round = rounds[io.tag()]++;
    completed.incrementAndGet();
    if (status != IoStatus.OK) {
      failed.incrementAndGet();
      rounds[io.tag()] += rounds[io.tag()] & 1; // what is there now is unknown: it is written anew
      return;
    }
    byte expected = (byte) (round / 2 * 31 + io.tag());
    boolean right =
        Mem.getByte(address(io)) == expected && Mem.getByte(address(io) + BYTES - 1) == expected;
    if (!right) {
      wrong.incrementAndGet();
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}

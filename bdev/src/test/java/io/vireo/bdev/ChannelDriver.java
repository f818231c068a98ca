package io.vireo.bdev;

import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;
import io.vireo.reactor.SteppedReactor;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * The user of a channel, on a reactor stepped by hand: a set of requests with memory of their own,
 * and the straight way to write, read and wait.
 */
public final class ChannelDriver implements IoCompletion, AutoCloseable {
  private static final int MAX_BUFFERS = 2048;
  private static final int NOT_ENDED = Integer.MIN_VALUE;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final SteppedReactor stepped;
  private final BdevChannel channel;
  private final HostMemory iovs;
  private final HostMemory data;
  private final long dataBytesEach;
  private final BdevIo[] requests;
  private final int[] statuses;
  private int completions;
  private int busy;

  /** {@code depth} requests, each with {@code dataBytesEach} bytes of memory at an even address. */
  public ChannelDriver(SteppedReactor stepped, BdevChannel channel, int depth, long dataBytesEach) {
    this.stepped = stepped;
    this.channel = channel;
    this.dataBytesEach = dataBytesEach;
    long iovBytes = (long) MAX_BUFFERS * BdevIo.IOVEC_BYTES;
    iovs = HostMemory.allocate(depth * iovBytes, "test-iovs", HostMemory.HugePages.NEVER);
    data = HostMemory.allocate(depth * dataBytesEach, "test-data", HostMemory.HugePages.NEVER);
    requests = new BdevIo[depth];
    for (int i = 0; i < depth; i++) {
      requests[i] = new BdevIo(this, i, iovs.address() + i * iovBytes, MAX_BUFFERS);
    }
    statuses = new int[depth];
    Arrays.fill(statuses, NOT_ENDED);
  }

  @Override
  public void complete(BdevIo io, int status) {
    if (statuses[io.tag()] != NOT_ENDED) {
      throw new AssertionError("request " + io.tag() + " has ended twice");
    }
    statuses[io.tag()] = status;
    completions++;
  }

  public int depth() {
    return requests.length;
  }

  /** Request {@code i}, to be prepared. */
  public BdevIo io(int i) {
    return requests[i];
  }

  /** The memory of request {@code i}. */
  public long memory(int i) {
    return data.address() + i * dataBytesEach;
  }

  /** How often submit answered BUSY. */
  public int busy() {
    return busy;
  }

  /** How often a completion was called. */
  public int completions() {
    return completions;
  }

  /** Submits, in later laps again while the answer is BUSY. */
  public void submit(BdevIo io) {
    statuses[io.tag()] = NOT_ENDED;
    int[] answer = new int[1];
    until(
        "room for the request",
        () -> {
          answer[0] = channel.submit(io);
          busy += answer[0] == IoStatus.BUSY ? 1 : 0;
          return answer[0] != IoStatus.BUSY;
        });
    if (answer[0] != IoStatus.PENDING) {
      statuses[io.tag()] = answer[0];
    }
  }

  public boolean ended(BdevIo io) {
    return statuses[io.tag()] != NOT_ENDED;
  }

  /** Laps until a request has ended; its status. */
  public int await(BdevIo io) {
    until("the end of request " + io.tag(), () -> ended(io));
    return statuses[io.tag()];
  }

  /** Laps until {@code condition} holds, which is looked at before each. */
  public void until(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadlineNs) {
        throw new AssertionError("waited in vain for " + what);
      }
      stepped.lap();
    }
  }

  /** Submits and waits. */
  public int run(BdevIo io) {
    submit(io);
    return await(io);
  }

  /** A request without buffers, by request 0. */
  public int run(IoType type, long offsetBytes, long lengthBytes) {
    requests[0].prepare(type, offsetBytes, lengthBytes);
    return run(requests[0]);
  }

  /** Prepares a WRITE of {@code bytes} by request {@code i} in one buffer. */
  public BdevIo prepareWrite(int i, long offsetBytes, byte[] bytes) {
    Mem.copy(bytes, 0, memory(i), bytes.length);
    requests[i].prepare(IoType.WRITE, offsetBytes, bytes.length);
    requests[i].addBuffer(memory(i), bytes.length);
    return requests[i];
  }

  /** Prepares a READ by request {@code i} into one buffer. */
  public BdevIo prepareRead(int i, long offsetBytes, int lengthBytes) {
    Mem.fill(memory(i), lengthBytes, (byte) 0xee);
    requests[i].prepare(IoType.READ, offsetBytes, lengthBytes);
    requests[i].addBuffer(memory(i), lengthBytes);
    return requests[i];
  }

  /** The memory of request {@code i}, copied. */
  public byte[] bytes(int i, int length) {
    byte[] bytes = new byte[length];
    Mem.copy(memory(i), bytes, 0, length);
    return bytes;
  }

  /** Writes and waits. */
  public int write(long offsetBytes, byte[] bytes) {
    return run(prepareWrite(0, offsetBytes, bytes));
  }

  /** Reads and waits; fails unless the status is OK. */
  public byte[] read(long offsetBytes, int lengthBytes) {
    int status = run(prepareRead(0, offsetBytes, lengthBytes));
    if (status != IoStatus.OK) {
      throw new AssertionError("the read has ended with " + IoStatus.name(status));
    }
    return bytes(0, lengthBytes);
  }

  /** Frees the memory; nothing may be in flight. */
  @Override
  public void close() {
    iovs.close();
    data.close();
  }
}

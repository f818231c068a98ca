package io.vireo.bdev.malloc;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.linux.FaultPoint;
import io.vireo.memreg.HostMemory;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import java.util.ArrayDeque;

/**
 * Reactor thread only. Copies between a request's buffers and the disk's memory.
 *
 * <p>What is too long for one lap is pending and goes on by one piece a lap, the oldest first; only
 * then is the channel polled.
 */
final class MallocChannel extends BdevChannel implements Poller {
  /** Most to be copied or filled in one lap: some 50 us. */
  static final long PIECE_BYTES = 256 << 10;

  /** As many can wait; what is more stays with its owner. */
  static final int MAX_LONG_ONES = 64;

  private final long memory;
  private final Zeroing zeroing;
  private final ArrayDeque<BdevIo> longOnes = new ArrayDeque<>();
  private long doneBytes; // of the first of them

  MallocChannel(MallocBdev bdev, HostMemory memory, Reactor reactor) {
    super(bdev, reactor);
    this.memory = memory.address();
    this.zeroing = new Zeroing(memory);
  }

  @Override
  public String name() {
    return "malloc " + bdev().name();
  }

  @Override
  protected int start(BdevIo io) {
    if (!io.type().ranged()) {
      return IoStatus.OK;
    }
    if (io.lengthBytes() > PIECE_BYTES) {
      return startLong(io);
    }
    switch (io.type()) {
      case READ, WRITE -> copy(io, 0, io.lengthBytes());
      default -> zeroing.fill(io.offsetBytes(), io.lengthBytes());
    }
    return IoStatus.OK;
  }

  private int startLong(BdevIo io) {
    if (longOnes.size() == MAX_LONG_ONES) {
      return IoStatus.BUSY;
    }
    if (longOnes.isEmpty()) {
      reactor().addChannel(this);
    }
    longOnes.addLast(io);
    return IoStatus.PENDING;
  }

  private void copy(BdevIo io, long skipBytes, long bytes) {
    long at = memory + io.offsetBytes() + skipBytes;
    if (io.type() == IoType.READ) {
      io.scatter(skipBytes, at, bytes);
    } else {
      io.gather(skipBytes, at, bytes);
    }
  }

  /** Does the next piece of a long one; how much it was. */
  private long piece(BdevIo io, long leftBytes) {
    if (!io.type().hasData()) {
      return zeroing.piece(io, io.offsetBytes() + doneBytes, leftBytes);
    }
    long bytes = Math.min(leftBytes, PIECE_BYTES);
    copy(io, doneBytes, bytes);
    FaultPoint.pass();
    return bytes;
  }

  @Override
  protected boolean holds(BdevIo io) {
    return longOnes.contains(io);
  }

  @Override
  public int poll() {
    BdevIo io = longOnes.getFirst();
    try {
      doneBytes += piece(io, io.lengthBytes() - doneBytes);
    } catch (InternalError e) {
      end(IoStatus.IO_ERROR); // the guest's memory is gone
      throw e;
    }
    if (doneBytes == io.lengthBytes()) {
      end(IoStatus.OK);
    }
    return 1;
  }

  private void end(int status) {
    doneBytes = 0;
    BdevIo io = longOnes.removeFirst();
    if (longOnes.isEmpty()) {
      reactor().remove(this);
    }
    finish(io, status);
  }

  @Override
  public boolean ready() {
    return true; // polled only while there is something to do
  }

  /** An owner threw out of its completion; the other requests go on. */
  @Override
  public void failed(Throwable cause) {
    if (!longOnes.isEmpty()) {
      reactor().post(() -> reactor().addChannel(this));
    }
  }
}

package io.vireo.bdev.malloc;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.memreg.HostMemory;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import java.util.ArrayDeque;

/**
 * Reactor thread only. Copies between a request's buffers and the disk's memory.
 *
 * <p>Zeroing that is too long for one lap is pending and goes on by one piece a lap, the oldest
 * first; only then is the channel polled.
 */
final class MallocChannel extends BdevChannel implements Poller {
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
  protected int start(BdevIo io) {
    long at = memory + io.offsetBytes();
    switch (io.type()) {
      case READ -> io.scatter(0, at, io.lengthBytes());
      case WRITE -> io.gather(0, at, io.lengthBytes());
      case UNMAP, WRITE_ZEROES -> {
        return zero(io);
      }
      case FLUSH, RESET -> {}
    }
    return IoStatus.OK;
  }

  private int zero(BdevIo io) {
    if (io.lengthBytes() <= Zeroing.PIECE_BYTES) {
      zeroing.fill(io.offsetBytes(), io.lengthBytes());
      return IoStatus.OK;
    }
    if (longOnes.isEmpty()) {
      reactor().addChannel(this);
    }
    longOnes.addLast(io);
    return IoStatus.PENDING;
  }

  @Override
  protected boolean holds(BdevIo io) {
    return longOnes.contains(io);
  }

  @Override
  public int poll() {
    BdevIo io = longOnes.getFirst();
    long left = io.lengthBytes() - doneBytes;
    doneBytes += zeroing.piece(io, io.offsetBytes() + doneBytes, left);
    if (doneBytes == io.lengthBytes()) {
      doneBytes = 0;
      longOnes.removeFirst();
      if (longOnes.isEmpty()) {
        reactor().remove(this);
      }
      finish(io, IoStatus.OK);
    }
    return 1;
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

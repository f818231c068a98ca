package com.example.offsets;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.linux.Mem;
import io.vireo.reactor.Reactor;
import java.util.UUID;

/** A disk that can only be read: each of its 8-byte words is its own offset in bytes. */
final class OffsetsBdev extends Bdev {
  static final int BLOCK_BYTES = 512;

  OffsetsBdev(String name, UUID uuid, long blocks) {
    super(name, uuid, BdevGeometry.of(BLOCK_BYTES), blocks);
  }

  @Override
  public String productName() {
    return "Offsets disk";
  }

  @Override
  public boolean readOnly() {
    return true;
  }

  /** What guests may ask for; what is not here is refused before it gets here. */
  @Override
  public boolean supports(IoType type) {
    return type == IoType.READ || type == IoType.RESET;
  }

  /** One for each reactor that serves the disk: it needs no locks. */
  @Override
  protected BdevChannel createChannel(Reactor reactor) {
    return new Channel(this, reactor);
  }

  @Override
  protected void destroy() {}

  /** Reactor thread only. No allocation, lock, log line or wait: all guests of the CPU would. */
  private static final class Channel extends BdevChannel {
    Channel(OffsetsBdev bdev, Reactor reactor) {
      super(bdev, reactor);
    }

    /**
     * The request lies within the disk and its buffers are mapped: that has been checked. One that
     * takes longer answers {@link IoStatus#PENDING} and calls {@link #finish} later.
     */
    @Override
    protected int start(BdevIo io) {
      if (io.type() == IoType.READ) {
        long offset = io.offsetBytes();
        for (int i = 0; i < io.bufferCount(); i++) {
          long buffer = io.buffer(i);
          for (long at = 0; at < io.bufferBytes(i); at++, offset++) {
            Mem.putByte(buffer + at, (byte) ((offset & ~7L) >>> 8 * (offset & 7)));
          }
        }
      }
      return IoStatus.OK;
    }
  }
}

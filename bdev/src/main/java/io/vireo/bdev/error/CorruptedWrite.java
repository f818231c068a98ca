package io.vireo.bdev.error;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoCompletion;
import io.vireo.bdev.filter.ForwardedIo;
import io.vireo.linux.FaultPoint;
import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;

/**
 * Reactor thread only. A write whose data have another byte: the user's own buffers, which are left
 * as they are, but for one byte in between that lies here. One at a time.
 */
final class CorruptedWrite implements AutoCloseable {
  /** More than a request of any front-end has. */
  static final int MAX_BUFFERS = 4096;

  private static final int EXTRA_BUFFERS = 2; // the byte, and what comes behind it

  private final HostMemory memory;
  private final long byteAddress;
  private final BdevIo io;
  private ForwardedIo forwarded; // null while it is free

  CorruptedWrite(IoCompletion owner) {
    int capacity = MAX_BUFFERS + EXTRA_BUFFERS;
    long iovBytes = (long) capacity * BdevIo.IOVEC_BYTES;
    memory = HostMemory.allocate(iovBytes + 1, "corrupted", HostMemory.HugePages.NEVER);
    byteAddress = memory.address() + iovBytes;
    io = new BdevIo(owner, 0, memory.address(), capacity);
  }

  boolean isFree() {
    return forwarded == null;
  }

  /**
   * The request with another byte, not yet taken.
   *
   * @param plain the same as it should be
   * @throws InternalError when the memory behind a buffer is gone
   */
  BdevIo prepare(BdevIo plain, Injection injection) {
    io.prepare(plain.type(), plain.offsetBytes(), plain.lengthBytes());
    io.fua(plain.fua());
    long skip = injection.corruptOffset();
    for (int i = 0; i < plain.bufferCount(); i++) {
      long bytes = plain.bufferBytes(i);
      if (skip >= 0 && skip < bytes) {
        addAround(plain.buffer(i), bytes, skip, injection);
      } else {
        io.addBuffer(plain.buffer(i), bytes);
      }
      skip -= bytes;
    }
    return io;
  }

  private void addAround(long hva, long bytes, long skip, Injection injection) {
    byte was = Mem.getByte(hva + skip);
    FaultPoint.pass();
    Mem.putByte(byteAddress, injection.corrupted(was));
    io.addBuffer(hva, skip);
    io.addBuffer(byteAddress, 1);
    io.addBuffer(hva + skip + 1, bytes - skip - 1);
  }

  /** The base has taken it, in the place of {@code of}. */
  void take(ForwardedIo of) {
    forwarded = of;
  }

  /** It has ended; in whose place it was. */
  ForwardedIo give() {
    ForwardedIo of = forwarded;
    forwarded = null;
    return of;
  }

  @Override
  public void close() {
    memory.close();
  }
}

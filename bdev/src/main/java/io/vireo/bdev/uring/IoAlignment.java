package io.vireo.bdev.uring;

import io.vireo.bdev.BdevIo;

/**
 * How a request's memory must lie for a file opened with O_DIRECT.
 *
 * @param memoryBytes each buffer begins at a multiple of this
 * @param lengthBytes each buffer's length, and the offset in the file, is a multiple of this
 */
record IoAlignment(int memoryBytes, int lengthBytes) {
  /** Of a file in the page cache: no demands. */
  static final IoAlignment NONE = new IoAlignment(1, 1);

  /** Whether all buffers of a request are as they must be. Reactor thread only. */
  boolean holds(BdevIo io) {
    long wrong = 0;
    for (int i = 0; i < io.bufferCount(); i++) {
      wrong |= (io.buffer(i) & (memoryBytes - 1)) | (io.bufferBytes(i) & (lengthBytes - 1));
    }
    return wrong == 0;
  }

  /** The part of a transfer's length from whose end it can go on. */
  long whole(long bytes) {
    return bytes & -(long) lengthBytes;
  }
}

package io.vireo.daemon.perf;

import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import java.io.IOException;

/** What the load is put on. One thread at a time. */
interface Disk extends AutoCloseable {
  /** What the disk is called in a table. */
  String name();

  /** Virtio features that are negotiated. */
  long features();

  long capacityBytes();

  /** Requests begin and end at multiples of this. */
  int blockBytes();

  /** Bytes of one segment of data, at most. */
  long segmentBytes();

  int maxQueues();

  /** Whether what is read can be what was written. */
  default boolean keepsData() {
    return true;
  }

  /** Shares the memory in which rings and buffers lie. */
  void share(FrontendMemory memory);

  /** Lets the device work on a ring. */
  void start(FrontendRing ring);

  /**
   * Whether the device is still there; does not wait.
   *
   * @throws IOException when it is gone
   */
  void check() throws IOException;

  @Override
  void close();
}

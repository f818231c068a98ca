package io.vireo.bdev.nvme;

import io.vireo.bdev.iobuf.Iobuf;
import io.vireo.bdev.iobuf.IobufOptions;

/**
 * How many bounce buffers drives share, and how long each is; a request that is larger takes
 * several, one after the other. They are of one size: devices reach them only while they are
 * pinned, all of them from the first queue on, so that a second pool would cost memory and spare
 * none.
 *
 * @param bytes of one
 * @param count of all reactors together
 * @param batch how many a reactor fetches at once; it keeps at most twice as many at hand
 */
record BounceSizes(int bytes, int count, int batch) {
  static final int USUAL_BYTES = 64 << 10;
  static final int USUAL_BATCH = 8;
  private static final int BUFFERS_OF_CPU = 32;
  private static final int LEAST_CPUS = 4;

  /** Of each reactor, so that what others keep at hand leaves some for it. */
  private static final int LEAST_OF_REACTOR = 4;

  /** What an operator has set as large buffers, or what fits this machine. */
  static BounceSizes of(Iobuf iobuf) {
    return iobuf
        .options()
        .map(options -> of(options, iobuf.reactors()))
        .orElseGet(() -> usual(Runtime.getRuntime().availableProcessors()));
  }

  private static BounceSizes of(IobufOptions options, int reactors) {
    int count = Math.max(options.largeCount(), LEAST_OF_REACTOR * reactors);
    int batch = Math.clamp(count / (LEAST_OF_REACTOR * reactors), 1, USUAL_BATCH);
    return new BounceSizes(options.largeBytes(), count, batch);
  }

  private static BounceSizes usual(int cpus) {
    int count = BUFFERS_OF_CPU * Math.max(LEAST_CPUS, cpus);
    return new BounceSizes(USUAL_BYTES, count, USUAL_BATCH);
  }
}

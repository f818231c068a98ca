package io.vireo.daemon.perf;

import java.io.IOException;

/** One of the two that are compared; the loading thread only. */
interface Side {
  /**
   * Takes a sample.
   *
   * @param uncountedNs how long there is load before anything is counted
   * @throws IOException when requests fail or the device is gone
   */
  Sample measure(PerfOptions cell, long uncountedNs, long countedNs) throws IOException;
}

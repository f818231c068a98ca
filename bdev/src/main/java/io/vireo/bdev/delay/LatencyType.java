package io.vireo.bdev.delay;

/** Which latency. */
public enum LatencyType {
  AVG_READ,
  P99_READ,
  AVG_WRITE,
  P99_WRITE
}

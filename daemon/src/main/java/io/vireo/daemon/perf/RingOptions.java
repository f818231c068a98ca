package io.vireo.daemon.perf;

import picocli.CommandLine.Option;

/** How many rings of a vhost-user disk are used. */
final class RingOptions {
  @Option(
      names = {"-n", "--queues"},
      paramLabel = "QUEUES",
      defaultValue = "1",
      description = "rings that are used, all by the same thread (default: ${DEFAULT-VALUE})")
  private int queues;

  int queues() {
    return queues;
  }
}

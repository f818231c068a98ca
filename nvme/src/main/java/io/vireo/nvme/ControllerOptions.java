package io.vireo.nvme;

import java.util.Set;

/**
 * How a controller is to be driven.
 *
 * @param adminEntries entries of the admin queue, from 2 to 4096
 * @param ioQueues how many I/O queue pairs are asked for, from 1
 * @param adminTimeoutMs how long an admin command may take
 * @param shutdownTimeoutMs how long an orderly shutdown may take, if the controller does not want
 *     longer
 * @param weightedArbitration whether queues have priorities (CC.AMS), where the controller has it
 * @param quirks how the controller differs from the specification
 */
public record ControllerOptions(
    int adminEntries,
    int ioQueues,
    long adminTimeoutMs,
    long shutdownTimeoutMs,
    boolean weightedArbitration,
    Set<Quirk> quirks) {
  public static final ControllerOptions DEFAULT =
      new ControllerOptions(32, 64, 30_000, 10_000, false, Set.of());

  /** The most I/O queue pairs there can be (Base 5.27.1.5). */
  public static final int MAX_IO_QUEUES = 65535;

  public ControllerOptions {
    if (adminEntries < 2 || adminEntries > 4096) {
      throw new IllegalArgumentException(
          "admin queue of %d entries is not between 2 and 4096".formatted(adminEntries));
    }
    if (ioQueues < 1 || ioQueues > MAX_IO_QUEUES) {
      throw new IllegalArgumentException(
          "%d I/O queue pairs are not between 1 and %d".formatted(ioQueues, MAX_IO_QUEUES));
    }
    quirks = Set.copyOf(quirks);
  }

  public ControllerOptions withIoQueues(int count) {
    return new ControllerOptions(
        adminEntries, count, adminTimeoutMs, shutdownTimeoutMs, weightedArbitration, quirks);
  }

  public ControllerOptions withQuirks(Set<Quirk> some) {
    return new ControllerOptions(
        adminEntries, ioQueues, adminTimeoutMs, shutdownTimeoutMs, weightedArbitration, some);
  }

  public ControllerOptions withWeightedArbitration() {
    return new ControllerOptions(
        adminEntries, ioQueues, adminTimeoutMs, shutdownTimeoutMs, true, quirks);
  }
}

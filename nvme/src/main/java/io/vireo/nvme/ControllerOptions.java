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
 * @param keepAliveMs after which silence a controller that has such a timer gives its host up; 0:
 *     never
 * @param arbitration how it takes turns among queues
 * @param quirks how the controller differs from the specification
 * @param adminErrors what shall go wrong with admin commands
 */
public record ControllerOptions(
    int adminEntries,
    int ioQueues,
    long adminTimeoutMs,
    long shutdownTimeoutMs,
    long keepAliveMs,
    Arbitration arbitration,
    Set<Quirk> quirks,
    CommandErrors adminErrors) {
  public static final ControllerOptions DEFAULT =
      new ControllerOptions(
          32, 64, 30_000, 10_000, 0, Arbitration.DEFAULT, Set.of(), CommandErrors.NONE);

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

  public ControllerOptions withQuirks(Set<Quirk> some) {
    return new ControllerOptions(
        adminEntries,
        ioQueues,
        adminTimeoutMs,
        shutdownTimeoutMs,
        keepAliveMs,
        arbitration,
        some,
        adminErrors);
  }
}

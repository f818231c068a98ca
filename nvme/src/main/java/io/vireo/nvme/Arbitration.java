package io.vireo.nvme;

/**
 * How a controller takes turns among queues (Base 5.27.1.1).
 *
 * @param burst how many commands at once, as a power of two; 7: no limit
 * @param low weight of queues of low priority, from 0, as are the others
 * @param medium weight of queues of medium priority
 * @param high weight of queues of high priority
 */
public record Arbitration(int burst, int low, int medium, int high) {
  /** One by one, in turn, as after a reset: nothing is asked for. */
  public static final Arbitration DEFAULT = new Arbitration(0, 0, 0, 0);

  /** Whether the priorities of queues shall mean something, where the controller has that. */
  boolean weighted() {
    return (low | medium | high) != 0;
  }
}

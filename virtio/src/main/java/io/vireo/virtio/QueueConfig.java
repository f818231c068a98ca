package io.vireo.virtio;

import io.vireo.linux.EventFd;
import io.vireo.memreg.GuestMemory;

/**
 * Everything a queue is created from.
 *
 * <p>The ring is named by front-end virtual addresses and found in {@code memory}, at the beginning
 * and again whenever the table changes.
 *
 * @param index number of the queue in its device
 * @param size entries of its rings, a power of two
 * @param features what the driver has accepted
 * @param descUva front-end virtual address of the descriptor table
 * @param availUva of the avail ring
 * @param usedUva of the used ring
 * @param nextAvail index of the first avail entry to take (SET_VRING_BASE). The used index goes on
 *     from what the ring says
 * @param memory the guest's memory
 * @param call interrupts the driver; null when it polls
 * @param budget what the queue takes of the heap comes from here
 * @param listener told when the queue breaks
 */
public record QueueConfig(
    int index,
    int size,
    long features,
    long descUva,
    long availUva,
    long usedUva,
    int nextAvail,
    GuestMemory memory,
    EventFd call,
    QueueBudget budget,
    QueueListener listener) {

  /** Whether the driver has accepted these feature bits. */
  public boolean has(long mask) {
    return VirtioFeatures.has(features, mask);
  }
}

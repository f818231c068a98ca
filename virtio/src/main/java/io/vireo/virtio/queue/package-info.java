/**
 * The device side of a split virtqueue (virtio 1.3, 2.7), independent of the type of device.
 *
 * <p>A device model builds its queue from these parts: {@link io.vireo.virtio.queue.SplitQueue} the
 * ring, {@link io.vireo.virtio.queue.CommonChain} and {@link io.vireo.virtio.queue.DescriptorWalk}
 * the two ways to read a chain, {@link io.vireo.virtio.queue.UsedNotifier} when to interrupt,
 * {@link io.vireo.virtio.queue.PollPacer} when to look again, {@link
 * io.vireo.virtio.queue.InFlight} what has begun and not ended. Everything belongs to one reactor's
 * thread. Whatever a driver can write is read once and checked before it is used.
 */
package io.vireo.virtio.queue;

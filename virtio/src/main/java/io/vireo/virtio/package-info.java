/**
 * What a virtio device model and its queues look like to a transport.
 *
 * <p>A {@link io.vireo.virtio.VirtioDevice} is the control side: features, configuration space, and
 * a factory of queues. A {@link io.vireo.virtio.DeviceQueue} belongs to one reactor's thread. The
 * words and section numbers are those of virtio 1.3.
 */
package io.vireo.virtio;

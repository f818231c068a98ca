/**
 * The virtio block device (virtio 1.3, 5.2) over a bdev.
 *
 * <p>{@link io.vireo.virtio.blk.BlkDevice} is the control side: features, configuration space,
 * cache mode; control threads. {@link io.vireo.virtio.blk.BlkQueue} is the hot loop of one queue,
 * on one reactor's thread: it takes chains, lets {@link io.vireo.virtio.blk.BlkParser} turn each
 * into a {@link io.vireo.virtio.blk.BlkRequest}, submits it to its bdev channel and answers. A
 * request of the common shape touches nothing else.
 */
package io.vireo.virtio.blk;

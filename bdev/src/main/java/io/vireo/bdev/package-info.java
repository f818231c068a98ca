/**
 * The block-device layer: bdevs, their channels, requests, names, claims and statistics.
 *
 * <p>A {@link io.vireo.bdev.Bdev} is the control side of a block device and may be used from any
 * control thread. A {@link io.vireo.bdev.BdevChannel} is one user's way to it on one reactor and
 * belongs to that reactor's thread; {@link io.vireo.bdev.BdevChannel#submit} is the one place where
 * a request is checked. {@link io.vireo.bdev.BdevRegistry} knows the names; {@link
 * io.vireo.bdev.BdevDescriptor} is an opened bdev.
 *
 * <p>To write a module, read {@code io.vireo.bdev.nulldev} first: it is the smallest.
 */
package io.vireo.bdev;

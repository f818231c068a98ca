/**
 * Files and block devices through io_uring(7).
 *
 * <p>Control threads open the {@link io.vireo.bdev.uring.BackingFile}. On each reactor all channels
 * share one {@link io.vireo.bdev.uring.UringRing}, made, entered and closed by the reactor's thread
 * and polled once a lap: what was submitted since goes to the kernel in one call, and what has
 * ended is completed. A request in flight is a {@link io.vireo.bdev.uring.UringRequest}, which may
 * take several steps: short transfers go on, transfers that O_DIRECT would refuse go through a
 * bounce buffer, zeroing falls back to what the file system knows.
 *
 * <p>Guest memory is never registered with the ring, that is, never pinned. Methods
 * bdev_uring_create and bdev_aio_create of SPDK's JSON-RPC, with their families: two forms of one
 * thing.
 */
package io.vireo.bdev.uring;

/**
 * Bdevs that are slower than what they stand on: reads and writes are held back when the base has
 * ended them, by the reactor's clock, each for its own time. Other requests pass.
 *
 * <p>Methods bdev_delay_create, bdev_delay_update_latency and bdev_delay_delete of SPDK's JSON-RPC.
 */
package io.vireo.bdev.delay;

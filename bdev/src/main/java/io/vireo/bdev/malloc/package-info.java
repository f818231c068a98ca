/**
 * Disks in memory: requests are copies, answered in the call that submits them, on the reactor's
 * thread. Only long zeroing goes on in pieces, so that one guest's discard does not hold up the
 * other disks of its reactor.
 *
 * <p>Methods bdev_malloc_create and bdev_malloc_delete of SPDK's JSON-RPC.
 */
package io.vireo.bdev.malloc;

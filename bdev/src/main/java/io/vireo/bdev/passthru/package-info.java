/**
 * Bdevs that pass everything on: to give a bdev another name, and the smallest example of a bdev
 * that stands on another.
 *
 * <p>Methods bdev_passthru_create and bdev_passthru_delete of SPDK's JSON-RPC.
 */
package io.vireo.bdev.passthru;

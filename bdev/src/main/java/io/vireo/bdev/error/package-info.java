/**
 * Bdevs that fail on request: to see what those above do when a disk does. What an operator injects
 * meets the next requests of a kind, on whichever channel they come; all others pass.
 *
 * <p>Methods bdev_error_create, bdev_error_inject_error, bdev_error_resume_pending and
 * bdev_error_delete of SPDK's JSON-RPC.
 */
package io.vireo.bdev.error;

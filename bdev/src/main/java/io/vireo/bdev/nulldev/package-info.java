/**
 * Disks that forget: a write goes nowhere, a read leaves its buffers as they are, both at once. For
 * measuring everything else, and the smallest example of a bdev module: the bdev, its channel, the
 * module with its methods and their parameters.
 *
 * <p>Methods bdev_null_create, bdev_null_delete and bdev_null_resize of SPDK's JSON-RPC.
 */
package io.vireo.bdev.nulldev;

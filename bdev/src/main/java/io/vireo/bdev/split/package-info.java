/**
 * Parts of a bdev, one behind the other: {@code disk} becomes {@code diskp0}, {@code diskp1} and so
 * on. A part is an offset and a size, which it keeps when the base grows.
 *
 * <p>Methods bdev_split_create and bdev_split_delete of SPDK's JSON-RPC.
 */
package io.vireo.bdev.split;

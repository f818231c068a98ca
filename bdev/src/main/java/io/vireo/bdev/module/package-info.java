/**
 * How a bdev module shows itself to the program that runs it: methods, parameter records,
 * configuration, metrics. Found by {@link java.util.ServiceLoader}, so that a module in a jar of
 * its own is exposed without the daemon being edited. Control threads only.
 *
 * <p>The names and parameters are those of SPDK's JSON-RPC.
 */
package io.vireo.bdev.module;

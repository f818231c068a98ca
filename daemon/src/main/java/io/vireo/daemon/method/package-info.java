/**
 * The methods of the target itself: what it is, its bdevs, its vhost controllers. Those of bdev
 * modules come from the modules.
 *
 * <p>Names, parameters, results and codes are SPDK's, so that its tools can be used. Handlers run
 * on the threads of the clients, several at a time; the rooms below guard their own state.
 */
package io.vireo.daemon.method;

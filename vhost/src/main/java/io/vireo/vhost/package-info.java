/**
 * The vhost-user back-end: a {@link io.vireo.vhost.VhostServer} has controllers, a {@link
 * io.vireo.vhost.VhostController} is one device behind one socket, and each connection to it is a
 * session with rings and memory of its own.
 *
 * <p>One platform thread for each controller's socket and for each session, written straight down.
 * A session's thread alone touches the session's state; everybody else hands it messages. It steers
 * the queues, which belong to reactors, by messages too.
 *
 * <p>Specification: QEMU's <i>Vhost-user Protocol</i>, sections "Communication" to "Front-end
 * message types".
 */
package io.vireo.vhost;

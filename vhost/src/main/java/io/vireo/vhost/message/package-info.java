/**
 * The words of the vhost-user protocol: requests, their payloads, headers and feature bits.
 *
 * <p>Specification: QEMU's <i>Vhost-user Protocol</i> (docs/interop/vhost-user.rst). Each class
 * names the section it comes from. Numbers are in the byte order of the machine, which is little
 * endian on every machine that this program runs on.
 *
 * <p>Everything here is a value, made and read by the thread of one connection. {@link
 * io.vireo.vhost.message.MessageSocket} reads and writes whole messages, descriptors included, for
 * back-end and front-end alike.
 */
package io.vireo.vhost.message;

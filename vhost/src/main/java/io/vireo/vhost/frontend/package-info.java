/**
 * The front-end's side of vhost-user, as hypervisors have it: connects to a back-end's socket,
 * shares memory, sets up rings and drives them. For tests, load generators, and for using another
 * program's disks.
 *
 * <p>{@link io.vireo.vhost.frontend.VhostUserFrontend} speaks the protocol, well-behaved or with
 * any message it is told to send; {@link io.vireo.vhost.frontend.FrontendMemory} is what it shares;
 * {@link io.vireo.vhost.frontend.FrontendRing} is a started ring. One thread uses a front-end at a
 * time, and one thread a ring. Section "Front-end message types" of the specification.
 */
package io.vireo.vhost.frontend;

/**
 * Pinned threads, each running one loop over what it polls.
 *
 * <p>A lap is: mailbox, channels, queues, timers, parking, idling. Everything a {@link
 * io.vireo.reactor.Reactor} polls belongs to its thread; other threads send messages. With {@link
 * io.vireo.reactor.IdleMode#ADAPTIVE} an idle reactor sleeps; in both modes pollers that have been
 * idle for long are parked, so that hundreds of them cost a busy one nothing. {@link
 * io.vireo.reactor.Poller} describes the protocol of both.
 */
package io.vireo.reactor;

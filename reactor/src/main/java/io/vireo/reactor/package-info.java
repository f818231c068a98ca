/** Pinned threads, each running one loop: mailbox, channels, queues, timers, idling. */
package io.vireo.reactor;

/**
 * The program: a target that owns all rooms below, and the command line that starts it and talks to
 * it.
 *
 * <p>{@link io.vireo.daemon.Target} can be embedded; nothing of it is static. On the command line
 * an operator's mistake is one line on stderr and an exit status that is not 0: 1 when something
 * could not be done, 2 when the line cannot be understood.
 */
package io.vireo.daemon;

/**
 * Small programs that use Vireo as a library, to begin one's own with. Each is run by a test, and
 * does one thing.
 *
 * <p>They know what any program may: the public types of the rooms, the {@link
 * io.vireo.daemon.Target} above all. No thread of theirs is a reactor's.
 */
package io.vireo.examples;

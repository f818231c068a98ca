/**
 * Where the program's log lines go, and which: to stderr, one line each, for people; and to a file,
 * one JSON object each, for programs. Levels and flags are those of the field's log methods.
 *
 * <p>Lines are written by threads of their own. When nobody reads stderr, or the disk is full,
 * lines are dropped rather than waited for: no control thread may hang because of them. Reactors
 * log nothing in their laps.
 */
package io.vireo.daemon.log;

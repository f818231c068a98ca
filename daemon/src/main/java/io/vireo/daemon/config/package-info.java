/**
 * A target's configuration: the calls that would bring it back, in the field's file format ({@code
 * subsystems}, their {@code config}, each entry a {@code method} and its {@code params}).
 *
 * <p>Nothing is kept of the calls that were made: what is saved is read off the target itself, each
 * module telling the calls for what it has now. So a file holds what there is, and not how it came
 * about. Loading calls the same methods that clients call, with the same checks, after all entries
 * have been bound to their parameters.
 *
 * <p>Any control thread.
 */
package io.vireo.daemon.config;

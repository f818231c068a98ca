/**
 * {@code vireo top}: a live table of a running target, over its RPC socket alone.
 *
 * <p>Four steps, of which the first three know no terminal: {@link io.vireo.daemon.top.Sampler}
 * asks the target for a {@link io.vireo.daemon.top.Sample} of its counters; {@link
 * io.vireo.daemon.top.Rates} are the difference of two; {@link io.vireo.daemon.top.Report} makes
 * lines of text of them; {@link io.vireo.daemon.top.Screen} shows these. Samples are taken by a
 * thread of their own, so that keys are answered while a target does not.
 *
 * <p>The terminal is reached by six calls of {@link io.vireo.linux.Terminal} and escape sequences
 * that all terminals of today share. A library for it would be twenty times the code, bring native
 * parts of its own besides those of the linux room, and start slower.
 */
package io.vireo.daemon.top;

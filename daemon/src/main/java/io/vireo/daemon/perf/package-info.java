/**
 * {@code vireo perf}: a load generator over a real vhost-user socket, and the means to compare two
 * targets with it.
 *
 * <p>{@link io.vireo.daemon.perf.Load} is a disk under load: one thread, pinned to a CPU of its
 * own, polls all its rings. What a request is, {@link io.vireo.daemon.perf.Work} decides: {@link
 * io.vireo.daemon.perf.Transfers}, {@link io.vireo.daemon.perf.Verification}, flushes, discards. A
 * {@link io.vireo.daemon.perf.Comparison} takes samples of two disks in turn, with the distance of
 * the cores ({@link io.vireo.daemon.perf.CoreProbe}) before and after each, for absolute figures
 * mean little on a machine whose cores float.
 */
package io.vireo.daemon.perf;

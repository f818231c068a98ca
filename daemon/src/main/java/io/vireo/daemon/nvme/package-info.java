/**
 * {@code vireo nvme}: controllers looked at and measured directly, without a target. Each command
 * takes its controllers for as long as it runs; nobody else can have them then. One thread, that of
 * the command; {@code perf} loads from a thread of its own.
 */
package io.vireo.daemon.nvme;

package io.vireo.bdev.module;

import io.vireo.bdev.BdevRegistry;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.reactor.ReactorGroup;

/**
 * What a module works with.
 *
 * @param bdevs where its bdevs become known
 * @param reactors the threads that serve requests
 * @param memory which memory devices may reach
 */
public record BdevContext(BdevRegistry bdevs, ReactorGroup reactors, MemoryRegistry memory) {}

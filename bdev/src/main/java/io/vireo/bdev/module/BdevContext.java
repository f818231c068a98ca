package io.vireo.bdev.module;

import io.vireo.bdev.BdevRegistry;
import io.vireo.reactor.ReactorGroup;

/**
 * What a module works with.
 *
 * @param bdevs where its bdevs become known
 * @param reactors the threads that serve requests
 */
public record BdevContext(BdevRegistry bdevs, ReactorGroup reactors) {}

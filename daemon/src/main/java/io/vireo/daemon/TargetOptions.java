package io.vireo.daemon;

import io.vireo.reactor.ReactorOptions;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * How a target is to run.
 *
 * @param cpus one reactor on each
 * @param reactors how they idle
 * @param rpcSocket where JSON-RPC is served
 * @param socketDirectory where the controllers' sockets are made
 */
public record TargetOptions(
    BitSet cpus, ReactorOptions reactors, Path rpcSocket, Path socketDirectory) {}

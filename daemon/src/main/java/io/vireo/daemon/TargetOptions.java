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
 * @param start what it begins with
 */
public record TargetOptions(
    BitSet cpus,
    ReactorOptions reactors,
    Path rpcSocket,
    Path socketDirectory,
    StartOptions start) {
  /** It begins with nothing. */
  public TargetOptions(BitSet cpus, ReactorOptions reactors, Path rpcSocket, Path socketDirectory) {
    this(cpus, reactors, rpcSocket, socketDirectory, StartOptions.NOTHING);
  }

  /** The same, but begins with that. */
  public TargetOptions startingWith(StartOptions other) {
    return new TargetOptions(cpus, reactors, rpcSocket, socketDirectory, other);
  }
}

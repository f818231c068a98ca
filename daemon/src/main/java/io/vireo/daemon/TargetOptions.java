package io.vireo.daemon;

import io.vireo.reactor.ReactorOptions;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * How a target is to run.
 *
 * @param cpus one reactor on each
 * @param reactors how they idle
 * @param rpcSocket where JSON-RPC is served; null: nowhere, who has the target manages it
 * @param socketDirectory where the controllers' sockets are made; null: each is given its own
 * @param start what it begins with
 */
public record TargetOptions(
    BitSet cpus,
    ReactorOptions reactors,
    Path rpcSocket,
    Path socketDirectory,
    StartOptions start) {
  /**
   * @throws IllegalArgumentException for what excludes each other
   */
  public TargetOptions {
    if (start.waitForRpc() && rpcSocket == null) {
      throw new IllegalArgumentException("who is to wait for JSON-RPC needs a socket for it");
    }
  }

  /**
   * For a program that manages the target itself: on one CPU, which sleeps when there is nothing to
   * do, without JSON-RPC.
   *
   * @param socketDirectory where the controllers' sockets are made
   */
  public static TargetOptions embedded(int cpu, Path socketDirectory) {
    BitSet cpus = new BitSet();
    cpus.set(cpu);
    return new TargetOptions(cpus, ReactorOptions.ADAPTIVE, null, socketDirectory);
  }

  /** It begins with nothing. */
  public TargetOptions(BitSet cpus, ReactorOptions reactors, Path rpcSocket, Path socketDirectory) {
    this(cpus, reactors, rpcSocket, socketDirectory, StartOptions.NOTHING);
  }

  /** The same, but begins with that. */
  public TargetOptions startingWith(StartOptions other) {
    return new TargetOptions(cpus, reactors, rpcSocket, socketDirectory, other);
  }
}

package io.vireo.daemon;

import io.vireo.reactor.ReactorOptions;
import java.net.InetSocketAddress;
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
 * @param metrics where they are served; null: nowhere
 */
public record TargetOptions(
    BitSet cpus,
    ReactorOptions reactors,
    Path rpcSocket,
    Path socketDirectory,
    StartOptions start,
    InetSocketAddress metrics) {
  /**
   * @throws IllegalArgumentException for what excludes each other
   */
  public TargetOptions {
    if (start.waitForRpc() && rpcSocket == null) {
      throw new IllegalArgumentException("who is to wait for JSON-RPC needs a socket for it");
    }
    if (metrics != null && rpcSocket == null) {
      throw new IllegalArgumentException("metrics are served beside JSON-RPC: it needs a socket");
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

  /** It begins with nothing, and serves no metrics. */
  public TargetOptions(BitSet cpus, ReactorOptions reactors, Path rpcSocket, Path socketDirectory) {
    this(cpus, reactors, rpcSocket, socketDirectory, StartOptions.NOTHING, null);
  }

  /** The same, but begins with that. */
  public TargetOptions startingWith(StartOptions other) {
    return new TargetOptions(cpus, reactors, rpcSocket, socketDirectory, other, metrics);
  }

  /** The same, but serves its metrics there. */
  public TargetOptions withMetricsAt(InetSocketAddress address) {
    return new TargetOptions(cpus, reactors, rpcSocket, socketDirectory, start, address);
  }
}

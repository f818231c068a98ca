package io.vireo.vhost;

import io.vireo.linux.Cpu;
import io.vireo.memreg.MappingCache;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import io.vireo.reactor.ReactorListener;
import io.vireo.reactor.ReactorOptions;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.virtio.VirtioDevice;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;

/** Reactors, memory and a server, as a target has them; on as many CPUs as there are, up to two. */
final class TestTarget implements AutoCloseable, ReactorListener {
  static final int TIMEOUT_MILLIS = 20_000;

  final MemoryRegistry registry = new MemoryRegistry();
  final MappingCache mappings = new MappingCache(registry);
  final ReactorGroup reactors;
  final VhostServer server;
  final AtomicInteger faults = new AtomicInteger();
  private volatile Throwable failure;

  TestTarget(Path directory) {
    this(directory, ReactorOptions.ADAPTIVE);
  }

  TestTarget(Path directory, ReactorOptions options) {
    this(directory, options, 2);
  }

  /**
   * @param most on how many CPUs at most
   */
  TestTarget(Path directory, ReactorOptions options, int most) {
    reactors = new ReactorGroup(cpus(most), options, this);
    server = new VhostServer(directory, mappings, reactors);
  }

  private static BitSet cpus(int most) {
    BitSet cpus = Cpu.allowed();
    BitSet few = new BitSet();
    cpus.stream().limit(most).forEach(few::set);
    return few;
  }

  VhostController create(String name, VirtioDevice device) {
    return server.create(name, device);
  }

  /** A controller whose queues are spread over all reactors. */
  VhostController createSpread(String name, VirtioDevice device) {
    return server.create(name, device, ControllerOptions.DEFAULT.cpuMask(reactors.cpus()));
  }

  VhostUserFrontend connect(String name) {
    return connect(name, TIMEOUT_MILLIS);
  }

  VhostUserFrontend connect(String name, int timeoutMillis) {
    return VhostUserFrontend.connect(
        server.find(name).orElseThrow().socket().orElseThrow(), timeoutMillis);
  }

  /** Waits until nobody is connected any more. */
  void awaitNoSessions(String name) {
    Await.until(() -> server.find(name).orElseThrow().sessions().isEmpty(), "sessions are over");
  }

  @Override
  public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
    failure = cause;
  }

  @Override
  public void memoryFault(Reactor reactor, InternalError error) {
    faults.incrementAndGet();
    server.memoryFault();
  }

  /** Fails if a poller has. */
  @Override
  public void close() {
    server.close();
    reactors.close();
    if (failure != null) {
      throw new AssertionError("a poller failed", failure);
    }
  }
}

package io.vireo.daemon;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.Method;
import io.vireo.daemon.method.Notifications;
import io.vireo.daemon.metrics.Catalogue;
import io.vireo.daemon.metrics.MetricsServer;
import io.vireo.daemon.rpc.CallListener;
import io.vireo.daemon.rpc.JsonRpcServer;
import io.vireo.daemon.rpc.MethodTable;
import io.vireo.daemon.rpc.RpcSocket;
import io.vireo.linux.Errno;
import io.vireo.linux.Platform;
import io.vireo.memreg.MappingCache;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.reactor.ReactorGroup;
import io.vireo.vhost.VhostServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A running target: reactors, bdevs, vhost controllers and the RPC server. Several may run in one
 * process. Any thread.
 */
public final class Target implements Closeable {
  private final Owned owned;
  private final BdevRegistry bdevs;
  private final ReactorGroup reactors;
  private final VhostServer vhost;
  private final List<Method<?>> methods;
  private final MetricsServer metrics;

  private Target(
      Owned owned,
      BdevRegistry bdevs,
      ReactorGroup reactors,
      VhostServer vhost,
      List<Method<?>> methods,
      MetricsServer metrics) {
    this.owned = owned;
    this.bdevs = bdevs;
    this.reactors = reactors;
    this.vhost = vhost;
    this.methods = methods;
    this.metrics = metrics;
  }

  /**
   * Starts everything from the bottom up; when something fails, what was started is closed.
   *
   * @throws IOException with one sentence, as are the messages of {@link IllegalArgumentException}
   *     and {@link io.vireo.linux.ErrnoException}
   * @throws UnsupportedOperationException when the JVM lacks an option, likewise
   */
  public static Target start(TargetOptions options) throws IOException {
    Platform.checkJvm();
    Owned owned = new Owned();
    try {
      return start(options, owned);
    } catch (IOException | RuntimeException | Error e) {
      try {
        owned.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /**
   * Rehearses requests of guests that are not there, so that the JVM has compiled the way of a
   * request when a guest's first one comes; {@code vireo target} does that before it offers a
   * socket. Once for a process. It leaves nothing, and a failure is a warning in the log: nothing
   * depends on it.
   *
   * @param limit for how long at most, when it does not find sooner that nothing becomes faster any
   *     more; what is at work then ends a moment later, beside
   * @throws UnsupportedOperationException when the JVM lacks an option, with one sentence
   */
  public static void warmUp(Duration limit) {
    Platform.checkJvm();
    WarmUp.start(limit).await(limit);
  }

  private static Target start(TargetOptions options, Owned owned) throws IOException {
    if (options.socketDirectory() != null) {
      requireDirectory(options.socketDirectory());
    }
    FaultListener faults = new FaultListener();
    owned.add(faults, faults::close);
    Plugins plugins = Plugins.in(options.start().plugins());
    owned.add(plugins, plugins);
    MemoryRegistry memory = new MemoryRegistry();
    ReactorGroup reactors = new ReactorGroup(options.cpus(), options.reactors(), faults);
    owned.add(reactors, reactors::close);
    List<BdevModule> modules = plugins.modules();
    owned.add(modules, () -> modules.forEach(BdevModule::close));
    Notifications notifications = new Notifications();
    BdevRegistry bdevs = new BdevRegistry(notifications);
    owned.add(bdevs, () -> unregisterAll(bdevs));
    VhostServer vhost =
        new VhostServer(options.socketDirectory(), new MappingCache(memory), reactors);
    owned.add(vhost, vhost::close);
    owned.add(bdevs, bdevs::letGo); // sessions wait for their requests
    faults.checkMemory(vhost::memoryFault);
    BdevContext context = new BdevContext(bdevs, reactors, memory);
    Operations operations = new Operations(context, modules, vhost, notifications, owned);
    MetricsServer metrics =
        serve(
            options, operations, rpc -> Catalogue.of(reactors, bdevs, vhost, rpc, modules), owned);
    return new Target(owned, bdevs, reactors, vhost, operations.methods(), metrics);
  }

  /**
   * Who has neither clients nor a file does without what understands JSON: it starts sooner.
   *
   * @return where metrics are served; null: nowhere
   */
  private static MetricsServer serve(
      TargetOptions options,
      Operations operations,
      Function<JsonRpcServer, Catalogue> catalogue,
      Owned owned)
      throws IOException {
    if (options.rpcSocket() == null && options.start().config() == null) {
      operations.lifecycle().run();
      return null;
    }
    MethodTable table = operations.table();
    RpcSocket socket = claim(options.rpcSocket(), owned);
    MetricsServer metrics = bindMetrics(options.metrics(), owned);
    CallListener listener =
        new Startup(
                options.start(), operations.lifecycle(), table, operations.configuration(), owned)
            .begin();
    if (socket != null) {
      JsonRpcServer rpc = new JsonRpcServer(socket, table, listener);
      owned.add(rpc, rpc::close);
      if (metrics != null) {
        metrics.serve(catalogue.apply(rpc));
      }
    }
    return metrics;
  }

  /** Before any disk is there: a path that another target has is told with nothing begun. */
  private static RpcSocket claim(Path path, Owned owned) throws IOException {
    if (path == null) {
      return null;
    }
    RpcSocket socket = RpcSocket.claim(path);
    return owned.add(socket, socket::close);
  }

  /** Likewise: an address that cannot be had. */
  private static MetricsServer bindMetrics(InetSocketAddress address, Owned owned)
      throws IOException {
    if (address == null) {
      return null;
    }
    MetricsServer metrics = MetricsServer.bind(address);
    return owned.add(metrics, metrics);
  }

  private static void requireDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
      throw new IOException(
          "sockets cannot be made in " + directory + ": it is no directory that can be written to");
    }
  }

  /** The youngest first: a bdev may stand on an older one. */
  private static void unregisterAll(BdevRegistry bdevs) {
    for (Bdev bdev : bdevs.all().reversed()) {
      try {
        bdevs.unregister(bdev.name());
      } catch (BdevException e) {
        if (e.errno() != Errno.ENODEV) { // another bdev took this one along
          throw e;
        }
      }
    }
  }

  public BdevRegistry bdevs() {
    return bdevs;
  }

  public ReactorGroup reactors() {
    return reactors;
  }

  public VhostServer vhost() {
    return vhost;
  }

  /**
   * Does what a method does, without JSON: makes a bdev of any module, for one.
   *
   * @param method as in {@code bdev_uring_create}
   * @param parameters of the method's own record, whose defaults count for JSON alone
   * @return the method's result
   * @throws IllegalArgumentException when there is no such method, or it has other parameters
   * @throws RuntimeException the method's refusal, a sentence; nothing has been done then
   */
  public Object call(String method, Record parameters) {
    for (Method<?> candidate : methods) {
      if (candidate.name().equals(method)) {
        return call(candidate, parameters);
      }
    }
    throw new IllegalArgumentException("there is no method " + method);
  }

  /** What can be called; the method table has two more, about itself. */
  List<Method<?>> methods() {
    return methods;
  }

  private static <P extends Record> Object call(Method<P> method, Record parameters) {
    if (!method.parameters().isInstance(parameters)) {
      throw new IllegalArgumentException(
          "%s takes %s, not %s"
              .formatted(
                  method.name(),
                  method.parameters().getSimpleName(),
                  parameters.getClass().getSimpleName()));
    }
    return method.handler().apply(method.parameters().cast(parameters));
  }

  /** Where its metrics are served, if they are. */
  public Optional<MetricsServer> metrics() {
    return Optional.ofNullable(metrics);
  }

  /** Ends all sessions, waiting for what is in flight, and removes everything. Once. */
  @Override
  public synchronized void close() throws IOException {
    owned.close();
  }
}

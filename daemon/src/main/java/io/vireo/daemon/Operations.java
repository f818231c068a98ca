package io.vireo.daemon;

import io.vireo.bdev.QueueDepthSampler;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.Method;
import io.vireo.daemon.config.BdevSubsystem;
import io.vireo.daemon.config.Configuration;
import io.vireo.daemon.config.Subsystem;
import io.vireo.daemon.log.LogFlags;
import io.vireo.daemon.method.BdevMethods;
import io.vireo.daemon.method.BdevSettings;
import io.vireo.daemon.method.ContextSwitches;
import io.vireo.daemon.method.FrameworkMethods;
import io.vireo.daemon.method.HistogramMethods;
import io.vireo.daemon.method.IobufMethods;
import io.vireo.daemon.method.KillMethod;
import io.vireo.daemon.method.LogMethods;
import io.vireo.daemon.method.Notifications;
import io.vireo.daemon.method.ThreadMethods;
import io.vireo.daemon.method.TransportMethods;
import io.vireo.daemon.method.VhostMethods;
import io.vireo.daemon.rpc.MethodTable;
import io.vireo.vhost.VhostServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What operators can do with a target, and what of that is saved. Any thread. */
final class Operations {
  private final Lifecycle lifecycle = new Lifecycle();
  private final Configuration configuration;
  private final List<Method<?>> methods;

  /**
   * @param context what methods work on
   * @param notifications which are told of its bdevs
   * @param owned closes what some methods begin
   * @throws IOException with one sentence when a module fails
   */
  Operations(
      BdevContext context,
      List<BdevModule> modules,
      VhostServer vhost,
      Notifications notifications,
      Owned owned)
      throws IOException {
    var bdevs = context.bdevs();
    var reactors = context.reactors();
    IobufMethods iobuf = new IobufMethods(context.iobuf());
    BdevSettings settings = new BdevSettings(reactors.reactors().size());
    VhostMethods controllers = new VhostMethods(bdevs, vhost, reactors);
    configuration = configuration(iobuf, settings, modules, context, controllers);
    ContextSwitches switches = new ContextSwitches(reactors);
    owned.add(switches, switches::close);
    QueueDepthSampler depths = new QueueDepthSampler();
    owned.add(depths, depths::close);

    methods = new ArrayList<>(FrameworkMethods.all(reactors));
    methods.addAll(lifecycle.methods());
    methods.addAll(configuration.methods());
    methods.addAll(LogMethods.all(new LogFlags(modules)));
    methods.addAll(KillMethod.all());
    methods.addAll(ThreadMethods.all(reactors, bdevs));
    methods.addAll(switches.methods());
    methods.addAll(notifications.methods());
    methods.addAll(iobuf.all());
    methods.addAll(settings.all());
    methods.addAll(BdevMethods.all(bdevs, reactors, depths));
    methods.addAll(HistogramMethods.all(bdevs, vhost));
    methods.addAll(controllers.all());
    methods.addAll(TransportMethods.all());
    for (BdevModule module : modules) {
      methods.addAll(methods(module, context));
    }
  }

  /** A module may be from elsewhere: built for another version of what it stands on, for one. */
  private static List<Method<?>> methods(BdevModule module, BdevContext context)
      throws IOException {
    try {
      return module.methods(context);
    } catch (RuntimeException | LinkageError e) {
      throw new IOException(
          "bdev module %s cannot tell its methods: %s".formatted(module.name(), e), e);
    }
  }

  /** In the order in which parts stand on each other. */
  private static Configuration configuration(
      IobufMethods iobuf,
      BdevSettings settings,
      List<BdevModule> modules,
      BdevContext context,
      VhostMethods controllers) {
    Subsystem buffers = iobuf.subsystem();
    Subsystem bdevs =
        BdevSubsystem.of(List.of(buffers.name()), settings::configuration, modules, context);
    return new Configuration(List.of(buffers, bdevs, controllers.subsystem()));
  }

  Lifecycle lifecycle() {
    return lifecycle;
  }

  Configuration configuration() {
    return configuration;
  }

  List<Method<?>> methods() {
    return methods;
  }

  /** For clients, and for a configuration file. */
  MethodTable table() {
    return new MethodTable(methods, lifecycle::phase);
  }
}

package io.vireo.daemon;

import io.vireo.daemon.config.Autosave;
import io.vireo.daemon.config.ConfigFile;
import io.vireo.daemon.config.ConfigLoader;
import io.vireo.daemon.config.Configuration;
import io.vireo.daemon.rpc.CallListener;
import io.vireo.daemon.rpc.MethodTable;
import java.io.IOException;
import java.nio.file.Files;

/** From a target of which everything is there to one that runs. One thread. */
final class Startup {
  private final StartOptions options;
  private final Lifecycle lifecycle;
  private final MethodTable methods;
  private final Configuration configuration;

  Startup(
      StartOptions options, Lifecycle lifecycle, MethodTable methods, Configuration configuration) {
    this.options = options;
    this.lifecycle = lifecycle;
    this.methods = methods;
    this.configuration = configuration;
  }

  /**
   * Has it run with what its configuration file says, unless clients are to come first.
   *
   * @return who has to be told of calls from now on
   * @throws IOException with what is wrong in the file, or that it cannot be written
   */
  CallListener begin() throws IOException {
    if (options.waitForRpc()) {
      return CallListener.NONE;
    }
    if (options.config() == null) {
      lifecycle.run();
      return CallListener.NONE;
    }
    boolean isThere = Files.exists(options.config());
    if (isThere || !options.autosave()) {
      load();
    } else {
      lifecycle.run();
    }
    return options.autosave() ? autosave(isThere) : CallListener.NONE;
  }

  private void load() throws IOException {
    ConfigLoader loader = ConfigLoader.read(options.config(), methods);
    loader.startup();
    lifecycle.run();
    loader.runtime();
  }

  private Autosave autosave(boolean isThere) throws IOException {
    ConfigFile file = new ConfigFile(options.config());
    if (isThere) {
      file.requireWritable();
    } else {
      file.write(configuration.text());
    }
    return new Autosave(file, configuration);
  }
}

package io.vireo.daemon;

import io.vireo.daemon.config.Autosave;
import io.vireo.daemon.config.ConfigFile;
import io.vireo.daemon.config.ConfigLoader;
import io.vireo.daemon.config.Configuration;
import io.vireo.daemon.rpc.CallListener;
import io.vireo.daemon.rpc.MethodTable;
import java.io.Closeable;
import java.io.IOException;

/** From a target of which everything is there to one that runs. One thread. */
final class Startup {
  private final StartOptions options;
  private final Lifecycle lifecycle;
  private final MethodTable methods;
  private final Configuration configuration;
  private final Owned owned;

  /**
   * @param owned closes what is kept as long as the target runs
   */
  Startup(
      StartOptions options,
      Lifecycle lifecycle,
      MethodTable methods,
      Configuration configuration,
      Owned owned) {
    this.options = options;
    this.lifecycle = lifecycle;
    this.methods = methods;
    this.configuration = configuration;
    this.owned = owned;
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
    if (options.autosave()) {
      return autosave();
    }
    load();
    return CallListener.NONE;
  }

  private void load() throws IOException {
    ConfigLoader loader = ConfigLoader.read(options.config(), methods, options.ignoreErrors());
    loader.startup();
    lifecycle.run();
    loader.runtime();
    loader.end();
  }

  /** Nothing is begun with a file that another target writes. */
  private Autosave autosave() throws IOException {
    ConfigFile file = new ConfigFile(options.config());
    Closeable lock = file.keep();
    owned.add(lock, lock);
    if (file.isThere()) {
      load();
    } else {
      lifecycle.run();
    }
    return Autosave.begin(file, configuration);
  }
}

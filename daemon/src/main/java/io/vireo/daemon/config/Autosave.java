package io.vireo.daemon.config;

import io.vireo.daemon.rpc.CallListener;
import io.vireo.daemon.rpc.MethodTable;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.util.Arrays;

/**
 * Keeps a file true: it is written before the answer of each call that changed the configuration.
 * Any thread.
 */
public final class Autosave implements CallListener {
  private final ConfigFile file;
  private final Configuration configuration;
  private byte[] saved; // guarded by this

  /**
   * @param file what it holds is the configuration of now
   */
  public Autosave(ConfigFile file, Configuration configuration) {
    this.file = file;
    this.configuration = configuration;
    this.saved = configuration.text();
  }

  /**
   * Writes the file if the configuration is another one than was saved last, also when that was
   * changed by an earlier call that could not be saved, or by nobody's call.
   */
  @Override
  public void succeeded(String method) {
    if (MethodTable.onlyAsks(method)) {
      return;
    }
    try {
      save();
    } catch (IOException e) {
      throw new RpcException(
          RpcException.INTERNAL_ERROR,
          "%s was done but not saved: %s; the file is as it was".formatted(method, e.getMessage()),
          e);
    }
  }

  private synchronized void save() throws IOException {
    byte[] now = configuration.text();
    if (!Arrays.equals(now, saved)) {
      file.write(now);
      saved = now;
    }
  }
}

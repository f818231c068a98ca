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

  private Autosave(ConfigFile file, Configuration configuration, byte[] saved) {
    this.file = file;
    this.configuration = configuration;
    this.saved = saved;
  }

  /**
   * Has the file hold the configuration of now, as each start reads it: what was written by hand
   * may leave things to chance, such as the UUIDs of bdevs.
   *
   * @throws IOException with one sentence when it cannot be written, also if it need not be
   */
  public static Autosave begin(ConfigFile file, Configuration configuration) throws IOException {
    file.requireWritable();
    Autosave autosave = new Autosave(file, configuration, file.read());
    autosave.save();
    return autosave;
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

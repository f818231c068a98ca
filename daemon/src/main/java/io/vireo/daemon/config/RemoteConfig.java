package io.vireo.daemon.config;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** The configuration of a target that others run, read and set as the field's clients do it. */
public final class RemoteConfig {
  private static final String START_INIT = "framework_start_init";

  private final JsonRpcClient client;

  /**
   * @param client whose the client stays
   */
  public RemoteConfig(JsonRpcClient client) {
    this.client = client;
  }

  /**
   * What a file of it holds.
   *
   * @throws IOException with one sentence
   */
  public byte[] save() throws IOException {
    List<Map<String, Object>> subsystems = new ArrayList<>();
    for (JsonNode subsystem : call("framework_get_subsystems", null)) {
      String name = subsystem.path("subsystem").stringValue();
      subsystems.add(Configuration.whole(name, call("framework_get_config", Map.of("name", name))));
    }
    return Configuration.text(subsystems);
  }

  private JsonNode call(String method, Object params) throws IOException {
    try {
      return client.call(method, params);
    } catch (RpcException e) {
      throw new IOException(method + ": " + e.getMessage(), e);
    }
  }

  /**
   * Makes the calls of a file. A target that waits for it is initialized after those that come
   * before; in one that runs already they are left out.
   *
   * @param skipped is told what is left out, a sentence each
   * @return how many calls were made
   * @throws IOException that names the first entry that was refused; some were done
   */
  public int load(Path file, Consumer<String> skipped) throws IOException {
    ConfigCalls read = ConfigCalls.read(file);
    ConfigCalls.requireNone(file, read.problems());
    Set<String> possible = methods(true);
    Set<String> known = methods(false);
    List<ConfigCalls.Call> now = new ArrayList<>();
    List<ConfigCalls.Call> later = new ArrayList<>();
    boolean starts = possible.contains(START_INIT);
    for (ConfigCalls.Call call : read.calls()) {
      if (possible.contains(call.method()) || !known.contains(call.method())) {
        now.add(call);
      } else if (starts) {
        later.add(call);
      } else {
        skipped.accept(call.shown() + ": can be called only before the target is initialized");
      }
    }
    Passes.make(now, call -> make(file, call));
    if (starts) {
      call(START_INIT, null);
    }
    Passes.make(later, call -> make(file, call));
    return now.size() + later.size();
  }

  private Set<String> methods(boolean current) throws IOException {
    Set<String> names = new HashSet<>();
    call("rpc_get_methods", Map.of("current", current)).forEach(n -> names.add(n.stringValue()));
    return names;
  }

  private void make(Path file, ConfigCalls.Call call) throws IOException {
    try {
      client.call(call.method(), call.params().isMissingNode() ? null : call.params());
    } catch (RpcException e) {
      throw new IOException("%s: %s: %s".formatted(file, call.shown(), e.getMessage()), e);
    }
  }
}

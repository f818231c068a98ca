package io.vireo.daemon.nvme;

import io.vireo.daemon.Target;
import io.vireo.daemon.TargetOptions;
import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.linux.GuestChecks;
import io.vireo.reactor.ReactorOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A target with one reactor in a guest of qemu-scripts/nvme-guest, and a client of it. */
final class GuestTarget implements AutoCloseable {
  private static final Path DIRECTORY = Path.of("/work");
  private static final Path RPC = DIRECTORY.resolve("rpc.sock");

  private final Target target;
  private final JsonRpcClient client;

  private GuestTarget(Target target) throws IOException {
    this.target = target;
    this.client = client();
  }

  static GuestTarget start() throws IOException {
    BitSet cpus = new BitSet();
    cpus.set(1);
    return new GuestTarget(
        Target.start(new TargetOptions(cpus, ReactorOptions.POLL, RPC, DIRECTORY)));
  }

  /** A client of one's own, for another thread. */
  JsonRpcClient client() throws IOException {
    return new JsonRpcClient(RPC);
  }

  JsonNode call(String method, Object parameters) throws IOException {
    return client.call(method, parameters);
  }

  /** Serves a bdev under its own name; answers the socket. */
  Path serve(String bdev, Map<String, Object> more) throws IOException {
    Map<String, Object> parameters = new HashMap<>(more);
    parameters.put("ctrlr", bdev);
    parameters.put("dev_name", bdev);
    call("vhost_create_blk_controller", parameters);
    return DIRECTORY.resolve(bdev);
  }

  /** As soon as the session has seen that its front-end has gone. */
  void serveNoMore(String bdev) throws IOException {
    GuestChecks.await("end of the session of " + bdev, () -> sessions(bdev) == 0);
    call("vhost_delete_controller", Map.of("ctrlr", bdev));
  }

  int sessions(String name) {
    try {
      return call("vhost_get_controllers", Map.of("name", name)).get(0).get("sessions").size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of a controller. */
  String state(String controller) throws IOException {
    JsonNode all = call("bdev_nvme_get_controllers", Map.of("name", controller));
    return all.get(0).get("ctrlrs").get(0).get("state").stringValue();
  }

  @Override
  public void close() throws IOException {
    try (target) {
      client.close();
    }
  }
}

package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.vireo.daemon.Target;
import io.vireo.daemon.TargetOptions;
import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.linux.GuestChecks;
import io.vireo.reactor.ReactorOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** A target in a guest of qemu-scripts/nvme-guest, and a client of it for any thread. */
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
    return start(ReactorOptions.POLL, 1);
  }

  /** With a reactor on each of these CPUs, which sleeps when there is nothing to do. */
  static GuestTarget start(int... cpus) throws IOException {
    return start(ReactorOptions.ADAPTIVE, cpus);
  }

  private static GuestTarget start(ReactorOptions reactors, int... cpus) throws IOException {
    // A line for each check, and no others.
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
    BitSet set = new BitSet();
    for (int cpu : cpus) {
      set.set(cpu);
    }
    return new GuestTarget(Target.start(new TargetOptions(set, reactors, RPC, DIRECTORY)));
  }

  /** A client of one's own, for another thread. */
  JsonRpcClient client() throws IOException {
    return new JsonRpcClient(RPC);
  }

  synchronized JsonNode call(String method, Object parameters) throws IOException {
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

  /** How often its reactors have slept; the asking wakes them. */
  long sleeps() {
    try {
      long sleeps = 0;
      for (JsonNode reactor : call("framework_get_reactors", null).get("reactors")) {
        sleeps += reactor.get("sleeps").longValue();
      }
      return sleeps;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Commands that each reactor has seen the end of, of those that had any. */
  List<Long> completions() throws IOException {
    List<Long> completions = new ArrayList<>();
    JsonNode all = call("bdev_nvme_get_transport_statistics", null);
    for (JsonNode group : all.get("poll_groups")) {
      JsonNode pcie = group.get("transports").get(0);
      require(pcie.get("trname").stringValue().equals("PCIE"), pcie);
      completions.add(pcie.get("completions").longValue());
    }
    return completions;
  }

  /**
   * Commands that were sent to controllers which never ended them: those in flight, and those that
   * resets have met.
   */
  long unended() throws IOException {
    long commands = 0;
    JsonNode all = call("bdev_nvme_get_transport_statistics", null);
    for (JsonNode group : all.get("poll_groups")) {
      JsonNode pcie = group.get("transports").get(0);
      commands += pcie.get("submitted_requests").longValue() - pcie.get("completions").longValue();
    }
    return commands;
  }

  @Override
  public void close() throws IOException {
    try (target) {
      client.close();
    }
  }
}

package io.vireo.daemon;

import io.vireo.bdev.BdevRegistry;
import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.linux.Cpu;
import io.vireo.reactor.ReactorOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A target in this process, on one CPU, and a client of it. */
public final class RunningTarget implements AutoCloseable {
  public final Target target;
  public final JsonRpcClient client;
  public final Path directory;

  /** Starts it with its sockets in {@code directory}. */
  public RunningTarget(Path directory) throws IOException {
    this(directory, StartOptions.NOTHING);
  }

  /** The same, beginning with something. */
  public RunningTarget(Path directory, StartOptions start) throws IOException {
    this(directory, options(directory, "rpc.sock").startingWith(start));
  }

  /** The same, with metrics there. */
  RunningTarget(Path directory, InetSocketAddress metrics) throws IOException {
    this(directory, options(directory, "rpc.sock").withMetricsAt(metrics));
  }

  private RunningTarget(Path directory, TargetOptions options) throws IOException {
    this.directory = directory;
    target = Target.start(options);
    client = client();
  }

  static TargetOptions options(Path directory, String rpcSocket) {
    BitSet cpus = new BitSet();
    cpus.set(Cpu.allowed().nextSetBit(0));
    return new TargetOptions(
        cpus, ReactorOptions.ADAPTIVE, directory.resolve(rpcSocket), directory);
  }

  /** Its bdevs, for one that no method makes. */
  BdevRegistry bdevs() {
    return target.bdevs();
  }

  /** Another client. */
  public JsonRpcClient client() throws IOException {
    return new JsonRpcClient(directory.resolve("rpc.sock"));
  }

  /** Calls a method; each name is followed by its value. */
  public JsonNode call(String method, Object... params) throws IOException {
    return client.call(method, params.length == 0 ? null : map(params));
  }

  /** Makes a bdev of eight blocks in memory; each name of a parameter is followed by its value. */
  public JsonNode malloc(String name, Object... more) throws IOException {
    List<Object> params =
        new ArrayList<>(List.of("name", name, "num_blocks", 8, "block_size", 512));
    params.addAll(List.of(more));
    return call("bdev_malloc_create", params.toArray());
  }

  /** The error that a call is answered with. */
  public RpcException refusal(String method, Object... params) throws IOException {
    try {
      JsonNode result = call(method, params);
      throw new AssertionError(method + " was not refused: " + result);
    } catch (RpcException e) {
      return e;
    }
  }

  private static Map<String, Object> map(Object... params) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < params.length; i += 2) {
      map.put((String) params[i], params[i + 1]);
    }
    return map;
  }

  /** Everything that a refused call must leave as it was. */
  public String state() throws IOException {
    return call("bdev_get_bdevs") + "\n" + call("vhost_get_controllers");
  }

  @Override
  public void close() throws IOException {
    try (client) {
      target.close();
    }
  }
}

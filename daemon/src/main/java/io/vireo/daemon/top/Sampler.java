package io.vireo.daemon.top;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Takes samples of a target, over a connection that is made anew after a failure. One thread. */
final class Sampler implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final double NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Path socket;
  private final Histograms histograms;
  private JsonRpcClient client; // null: not connected
  private String version;
  private Sample last;

  Sampler(Path socket, Histograms histograms) {
    this.socket = socket;
    this.histograms = histograms;
  }

  /**
   * Takes one.
   *
   * @throws IOException with one sentence when nobody answers there, or no target
   */
  Sample sample() throws IOException {
    try {
      if (client == null) {
        client = new JsonRpcClient(socket, PATIENCE);
        version = version(call("spdk_get_version"));
      }
      last = take();
      return last;
    } catch (IOException e) {
      close();
      throw e;
    } catch (IllegalArgumentException e) {
      close();
      throw new IOException(
          "%s answers as no target does: %s".formatted(socket, e.getMessage()), e);
    }
  }

  private Sample take() throws IOException {
    JsonNode framework = call("framework_get_reactors");
    double nsPerTick = nsPerTick(framework);
    List<Sample.Reactor> reactors = reactors(framework, nsPerTick);
    long pid = framework.path("pid").asLong(0);
    long uptimeNs =
        reactors.stream().mapToLong(reactor -> reactor.busyNs() + reactor.idleNs()).max().orElse(0);
    if (last != null && !continues(last, pid, uptimeNs)) {
      histograms.forget();
    }
    histograms.begin(client);
    long beforeNs = System.nanoTime();
    JsonNode controllers = call("vhost_get_controllers");
    long controllersAtNs = beforeNs + (System.nanoTime() - beforeNs) / 2;
    JsonNode iostat = call("bdev_get_iostat");
    long atNs = (long) (iostat.path("ticks").asLong(0) * nsPerTick(iostat));
    return new Sample(
        version,
        pid,
        uptimeNs,
        atNs,
        controllersAtNs,
        reactors,
        controllers(controllers),
        bdevs(iostat));
  }

  /** Whether it is the same target still, which has not been started anew. */
  static boolean continues(Sample earlier, long pid, long uptimeNs) {
    return earlier.pid() == pid && earlier.uptimeNs() <= uptimeNs;
  }

  private JsonNode call(String method) throws IOException {
    try {
      return client.call(method, null);
    } catch (RpcException e) {
      throw new IOException(
          "%s refuses %s: %s (%d)".formatted(socket, method, e.getMessage(), e.code()), e);
    }
  }

  private static String version(JsonNode answer) {
    String text = answer.path("version").asString("");
    if (text.isEmpty()) {
      throw new IllegalArgumentException("spdk_get_version tells no version");
    }
    return text;
  }

  private static double nsPerTick(JsonNode answer) {
    long rate = answer.path("tick_rate").asLong(0);
    if (rate <= 0) {
      throw new IllegalArgumentException("its tick_rate is " + rate);
    }
    return NS_PER_SECOND / rate;
  }

  private static List<Sample.Reactor> reactors(JsonNode framework, double nsPerTick) {
    List<Sample.Reactor> reactors = new ArrayList<>();
    for (JsonNode reactor : framework.path("reactors")) {
      reactors.add(
          new Sample.Reactor(
              reactor.path("lcore").asInt(0),
              (long) (reactor.path("busy").asLong(0) * nsPerTick),
              (long) (reactor.path("idle").asLong(0) * nsPerTick),
              reactor.path("sleeps").asLong(0),
              (long) (reactor.path("longest_lap").asLong(0) * nsPerTick),
              reactor.path("laps_above_100_us").asLong(0)));
    }
    return reactors;
  }

  private List<Sample.Controller> controllers(JsonNode answer) throws IOException {
    List<Sample.Controller> controllers = new ArrayList<>();
    for (JsonNode controller : answer) {
      String name = name(controller, "ctrlr", "vhost_get_controllers");
      boolean broken = false;
      Map<String, Sample.Queue> queues = new LinkedHashMap<>();
      for (JsonNode session : controller.path("sessions")) {
        for (JsonNode queue : session.path("queues")) {
          broken |= queue.has("broken");
          queues.put(
              session.path("name").asString("") + "/" + queue.path("index").asInt(0),
              new Sample.Queue(
                  queue.path("requests").asLong(0),
                  queue.path("failed_requests").asLong(0),
                  queue.path("in_flight").asInt(0)));
        }
      }
      controllers.add(
          new Sample.Controller(
              name,
              textOrNull(controller.at("/backend_specific/block/bdev")),
              controller.path("sessions").size(),
              broken,
              queues,
              histograms.ofController(client, name)));
    }
    return controllers;
  }

  private static String name(JsonNode of, String member, String method) {
    String name = textOrNull(of.path(member));
    if (name == null) {
      throw new IllegalArgumentException(method + " tells of something without a name");
    }
    return name;
  }

  private static String textOrNull(JsonNode node) {
    return node.isString() ? node.stringValue() : null;
  }

  private List<Sample.Bdev> bdevs(JsonNode iostat) throws IOException {
    double nsPerTick = nsPerTick(iostat);
    List<Sample.Bdev> bdevs = new ArrayList<>();
    for (JsonNode bdev : iostat.path("bdevs")) {
      String name = name(bdev, "name", "bdev_get_iostat");
      long errors = 0;
      for (JsonNode count : bdev.path("io_error")) {
        errors += count.asLong(0);
      }
      bdevs.add(
          new Sample.Bdev(
              name,
              operations(bdev, "read", "read", nsPerTick),
              operations(bdev, "written", "write", nsPerTick),
              operations(bdev, "unmapped", "unmap", nsPerTick),
              errors,
              histograms.ofBdev(client, name)));
    }
    return bdevs;
  }

  private static Sample.Operations operations(
      JsonNode bdev, String participle, String verb, double nsPerTick) {
    return new Sample.Operations(
        bdev.path("num_" + verb + "_ops").asLong(0),
        bdev.path("bytes_" + participle).asLong(0),
        (long) (bdev.path(verb + "_latency_ticks").asLong(0) * nsPerTick));
  }

  @Override
  public void close() throws IOException {
    if (client != null) {
      JsonRpcClient closing = client;
      client = null;
      closing.close();
    }
  }
}

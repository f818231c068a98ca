package io.vireo.daemon.top;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.databind.JsonNode;

/**
 * The histograms of bdevs and controllers. They cost the target a little, so there are none unless
 * they are wanted; those that were enabled here are disabled when they are not wanted any more, and
 * at the end. Others' are used and left alone.
 *
 * <p>One thread takes samples; another may say what is wanted, and close.
 */
final class Histograms {
  /** No bucket is wider than 3 % of what it holds; 6 KB for each bdev and each queue. */
  static final int GRANULARITY = 5;

  /** Who had none is asked again after so many samples: others may enable one. */
  private static final int LOOK_AGAIN = 10;

  private static final Duration PATIENCE_AT_END = Duration.ofSeconds(2);

  /** Whose a histogram is, with the method to get it, the one to enable it, and who is meant. */
  private enum Kind {
    BDEV("bdev_get_histogram", "bdev_enable_histogram", "name"),
    CONTROLLER("vhost_controller_get_histogram", "vhost_controller_enable_histogram", "ctrlr");

    final String get;
    final String enable;
    final String parameter;

    Kind(String get, String enable, String parameter) {
      this.get = get;
      this.enable = enable;
      this.parameter = parameter;
    }
  }

  private record Owner(Kind kind, String name) {
    Map<String, Object> parameters() {
      Map<String, Object> parameters = new LinkedHashMap<>();
      parameters.put(kind.parameter, name);
      return parameters;
    }
  }

  private final ReentrantLock enabling = new ReentrantLock(); // whoever changes ours, or closes
  private final Set<Owner> ours = ConcurrentHashMap.newKeySet();
  private final Set<Owner> without = new HashSet<>();
  private volatile boolean wanted;
  private volatile boolean closed;
  private int samples;

  /** Whether those that are missing shall be enabled, from the next sample on. Any thread. */
  void wanted(boolean next) {
    wanted = next;
  }

  /** A sample is about to be taken. */
  void begin(JsonRpcClient client) throws IOException {
    samples++;
    if (wanted) {
      return;
    }
    enabling.lock();
    try {
      disableOurs(client);
    } finally {
      enabling.unlock();
    }
  }

  /** The target is another one than before, which has none of ours. */
  void forget() {
    enabling.lock();
    try {
      ours.clear();
      without.clear();
    } finally {
      enabling.unlock();
    }
  }

  /** The latencies of a bdev; null when it has no histogram. */
  Buckets ofBdev(JsonRpcClient client, String name) throws IOException {
    Owner bdev = new Owner(Kind.BDEV, name);
    JsonNode histogram = get(client, bdev);
    if (histogram == null) {
      return null;
    }
    keepIfOurs(bdev, histogram);
    return Buckets.of(histogram);
  }

  /** The latencies of each queue of a controller, by session and queue; null as above. */
  Map<String, Buckets> ofController(JsonRpcClient client, String name) throws IOException {
    Owner controller = new Owner(Kind.CONTROLLER, name);
    JsonNode answer = get(client, controller);
    if (answer == null) {
      return null;
    }
    Map<String, Buckets> latencies = new LinkedHashMap<>();
    for (JsonNode session : answer.path("sessions")) {
      for (JsonNode queue : session.path("queues")) {
        keepIfOurs(controller, queue);
        String key = session.path("name").asString("") + "/" + queue.path("queue").asInt(0);
        latencies.put(key, Buckets.of(queue));
      }
    }
    return latencies;
  }

  private JsonNode get(JsonRpcClient client, Owner owner) throws IOException {
    if (!wanted && without.contains(owner) && samples % LOOK_AGAIN != 0) {
      return null;
    }
    JsonNode answer = ask(client, owner);
    if (answer == null && wanted && enable(client, owner)) {
      answer = ask(client, owner); // from where the next sample counts
    }
    if (answer == null) {
      without.add(owner);
    } else {
      without.remove(owner);
    }
    return answer;
  }

  private static JsonNode ask(JsonRpcClient client, Owner owner) throws IOException {
    try {
      return client.call(owner.kind.get, owner.parameters());
    } catch (RpcException e) { // it has none, or is gone
      return null;
    }
  }

  private boolean enable(JsonRpcClient client, Owner owner) throws IOException {
    enabling.lock();
    try {
      if (closed) {
        return false;
      }
      ours.add(owner); // before: the answer may fail to come
      Map<String, Object> parameters = owner.parameters();
      parameters.put("enable", true);
      parameters.put("granularity", GRANULARITY);
      parameters.put("min_nsec", 0);
      client.call(owner.kind.enable, parameters);
      return true;
    } catch (RpcException e) { // it is gone, or there is no memory for it
      ours.remove(owner);
      return false;
    } finally {
      enabling.unlock();
    }
  }

  /** Somebody may have enabled one of another layout in place of ours. */
  private void keepIfOurs(Owner owner, JsonNode histogram) {
    if (histogram.path("granularity").asInt(0) != GRANULARITY) {
      enabling.lock();
      try {
        ours.remove(owner);
      } finally {
        enabling.unlock();
      }
    }
  }

  private void disableOurs(JsonRpcClient client) throws IOException {
    for (Owner owner : Set.copyOf(ours)) {
      Map<String, Object> parameters = owner.parameters();
      parameters.put("enable", false);
      try {
        client.call(owner.kind.enable, parameters);
      } catch (RpcException e) {
        // It is gone, and its histogram with it.
      }
      ours.remove(owner);
    }
  }

  /**
   * Disables what was enabled here, by a connection of its own, whatever else goes on.
   *
   * @throws IOException when the target does not answer
   */
  void close(Path socket) throws IOException {
    boolean alone = tryLock();
    try {
      closed = true;
      if (!ours.isEmpty()) {
        try (JsonRpcClient client = new JsonRpcClient(socket, PATIENCE_AT_END)) {
          disableOurs(client);
        }
      }
    } finally {
      if (alone) {
        enabling.unlock();
      }
    }
  }

  /** A target that does not answer holds up who enables. */
  private boolean tryLock() {
    try {
      return enabling.tryLock(PATIENCE_AT_END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

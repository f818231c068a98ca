package io.vireo.daemon.method;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.BucketLayout;
import io.vireo.bdev.Histogram;
import io.vireo.bdev.HistogramOptions;
import io.vireo.bdev.IoType;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Optional;
import io.vireo.daemon.rpc.MethodTable;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.daemon.rpc.Words;
import io.vireo.linux.Errno;
import io.vireo.vhost.VhostController;
import io.vireo.vhost.VhostServer;
import io.vireo.vhost.VhostSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** How long requests take: in a bdev, and in each queue of a controller. */
public final class HistogramMethods {
  private final BdevRegistry bdevs;
  private final VhostServer vhost;

  private HistogramMethods(BdevRegistry bdevs, VhostServer vhost) {
    this.bdevs = bdevs;
    this.vhost = vhost;
  }

  /** Those of controllers are ours; the field has none. */
  public static List<Method<?>> all(BdevRegistry bdevs, VhostServer vhost) {
    HistogramMethods m = new HistogramMethods(bdevs, vhost);
    return List.of(
        new Method<>("bdev_enable_histogram", EnableOfBdev.class, m::enable),
        new Method<>("bdev_get_histogram", GetOfBdev.class, m::get),
        new Method<>("bdev_get_histogram_borders", GetBorders.class, m::getBorders),
        MethodTable.withCode(
            RpcException.INVALID_PARAMS,
            new Method<>("vhost_controller_enable_histogram", EnableOfController.class, m::enable)),
        MethodTable.withCode(
            RpcException.INTERNAL_ERROR,
            new Method<>("vhost_controller_get_histogram", GetOfController.class, m::get)));
  }

  /**
   * Which requests are counted, and how finely.
   *
   * @param opc requests of this type only, by the word that bdev_get_bdevs has for it
   * @param granularity 2 to the power of this are the buckets of a range
   * @param min_nsec what takes less is counted as this, and what takes {@code max_nsec} or more as
   *     just less than that; each as fine as a range
   */
  record Counted(
      @Optional String opc,
      @Optional("" + BucketLayout.GRANULARITY) int granularity,
      @Optional("" + BucketLayout.MIN_NS) long min_nsec,
      @Optional("" + BucketLayout.MAX_NS) long max_nsec) {
    HistogramOptions options() {
      return new HistogramOptions(
          opc == null ? null : type(opc), BucketLayout.of(granularity, min_nsec, max_nsec));
    }
  }

  record EnableOfBdev(String name, boolean enable, Counted counted) {}

  private Object enable(EnableOfBdev p) {
    Bdev bdev = bdevs.require(p.name);
    return enable(p.enable, p.counted, bdev::enableHistogram, bdev::disableHistogram);
  }

  record EnableOfController(String ctrlr, boolean enable, Counted counted) {}

  private Object enable(EnableOfController p) {
    VhostController controller = vhost.require(p.ctrlr);
    return enable(p.enable, p.counted, controller::enableHistograms, controller::disableHistograms);
  }

  /** What cannot be counted is refused also where nothing is to be. */
  private static Object enable(
      boolean on, Counted counted, Consumer<HistogramOptions> enable, Runnable disable) {
    HistogramOptions options = counted.options();
    if (on) {
      enable.accept(options);
    } else {
      disable.run();
    }
    return true;
  }

  /** Refused with the field's code and text. */
  private static IoType type(String opc) {
    for (IoType type : IoType.values()) {
      if (Words.of(type).equals(opc)) {
        return type;
      }
    }
    String words = Arrays.stream(IoType.values()).map(Words::of).collect(Collectors.joining(", "));
    throw new RpcException(
        RpcException.INTERNAL_ERROR, "Invalid Io type: opc %s is none of %s".formatted(opc, words));
  }

  record GetOfBdev(String name) {}

  private Object get(GetOfBdev p) {
    Map<String, Object> map = new LinkedHashMap<>();
    HistogramReport.put(map, histogram(p.name));
    return map;
  }

  private Histogram histogram(String name) {
    return bdevs.require(name).histogram().orElseThrow(() -> notEnabled("bdev " + name));
  }

  /** With the field's code and text. */
  private static RpcException notEnabled(String of) {
    return new RpcException(
        RpcException.INTERNAL_ERROR,
        Errno.text(Errno.EFAULT) + ": the histogram of " + of + " is not enabled");
  }

  /**
   * @param borders in microseconds, rising
   */
  record GetBorders(String name, List<Long> borders) {}

  private Object getBorders(GetBorders p) {
    return Map.of("borders_count", histogram(p.name).between(p.borders));
  }

  record GetOfController(String ctrlr) {}

  private Object get(GetOfController p) {
    VhostController controller = vhost.require(p.ctrlr);
    if (!controller.hasHistograms()) {
      throw notEnabled("controller " + p.ctrlr);
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("ctrlr", controller.name());
    map.put("sessions", controller.sessions().stream().map(HistogramMethods::session).toList());
    return map;
  }

  private static Map<String, Object> session(VhostSession session) {
    List<Map<String, Object>> queues = new ArrayList<>();
    session
        .histograms()
        .forEach(
            (ring, histogram) -> {
              Map<String, Object> queue = new LinkedHashMap<>();
              queue.put("queue", ring);
              HistogramReport.put(queue, histogram);
              queues.add(queue);
            });
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", session.name());
    map.put("queues", queues);
    return map;
  }
}

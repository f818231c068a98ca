package io.vireo.daemon.metrics;

import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Metric;
import io.vireo.reactor.Reactor;
import io.vireo.vhost.ControllerTotals;
import io.vireo.vhost.VhostController;
import io.vireo.vhost.VhostServer;
import io.vireo.vhost.VhostSession;
import io.vireo.virtio.blk.BlkDevice;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The controllers, each with the sum over its sessions: these come and go with their guests. */
final class VhostSource implements Source {
  private static final String CONTROLLER = "controller";

  private static final Metric INFO =
      Metric.info(
          "vireo_vhost_controller_info",
          "A controller, and the bdev behind it",
          CONTROLLER,
          "bdev",
          "readonly");
  private static final Metric SESSIONS =
      Metric.gauge("vireo_vhost_sessions", "Front-ends that are connected", CONTROLLER);
  private static final Metric CONNECTIONS =
      Metric.counter("vireo_vhost_connections_total", "Front-ends that connected", CONTROLLER);
  private static final Metric QUEUES =
      Metric.gauge("vireo_vhost_queues", "Queues that run on that CPU", CONTROLLER, "cpu");
  private static final Metric IN_FLIGHT =
      Metric.gauge(
          "vireo_vhost_requests_in_flight", "Requests that have begun and not ended", CONTROLLER);
  private static final Metric REQUESTS =
      Metric.counter(
          "vireo_vhost_requests_total", "Requests that were taken from the queues", CONTROLLER);
  private static final Metric ERRORS =
      Metric.counter(
          "vireo_vhost_request_errors_total",
          "Requests that were answered with another status than success",
          CONTROLLER);
  private static final Metric INTERRUPTS =
      Metric.counter(
          "vireo_vhost_interrupts_total", "Interrupts that were sent to guests", CONTROLLER);
  private static final Metric MAPPED =
      Metric.gauge("vireo_vhost_mapped_memory_bytes", "Guests' memory that is mapped", CONTROLLER);
  private static final Metric PINNED =
      Metric.gauge(
          "vireo_vhost_pinned_memory_bytes",
          "How much of it is pinned: its data need no copy",
          CONTROLLER);
  private static final Metric BROKEN =
      Metric.counter(
          "vireo_vhost_broken_queues_total",
          "Queues that stopped for what their driver or front-end did wrong",
          CONTROLLER);

  private final VhostServer vhost;

  VhostSource(VhostServer vhost) {
    this.vhost = vhost;
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        INFO,
        SESSIONS,
        CONNECTIONS,
        QUEUES,
        IN_FLIGHT,
        REQUESTS,
        ERRORS,
        INTERRUPTS,
        MAPPED,
        PINNED,
        BROKEN);
  }

  @Override
  public void measure(Measurements to) {
    vhost.controllers().forEach(controller -> measure(controller, to));
  }

  private static void measure(VhostController controller, Measurements to) {
    String name = controller.name();
    List<VhostSession> sessions = controller.sessions();
    if (controller.device() instanceof BlkDevice blk) {
      to.put(INFO, 1, name, blk.bdev().name(), Boolean.toString(blk.readOnly()));
    }
    to.put(SESSIONS, sessions.size(), name);
    to.put(CONNECTIONS, controller.connections(), name);
    queuesByCpu(sessions).forEach((cpu, queues) -> to.put(QUEUES, queues, name, "" + cpu));
    ControllerTotals totals = controller.totals();
    to.put(IN_FLIGHT, totals.inFlight(), name);
    to.put(REQUESTS, totals.counters().requests(), name);
    to.put(ERRORS, totals.counters().failed(), name);
    to.put(INTERRUPTS, totals.counters().interrupts(), name);
    to.put(MAPPED, sum(sessions, session -> session.pinnedMemory().mappedBytes()), name);
    to.put(PINNED, sum(sessions, session -> session.pinnedMemory().pinnedBytes()), name);
    to.put(BROKEN, controller.brokenRings(), name);
  }

  private static Map<Integer, Long> queuesByCpu(List<VhostSession> sessions) {
    return sessions.stream()
        .flatMap(session -> session.placement().values().stream())
        .collect(Collectors.groupingBy(Reactor::cpu, Collectors.counting()));
  }

  private static long sum(List<VhostSession> sessions, ToLongFunction<VhostSession> what) {
    return sessions.stream().mapToLong(what).sum();
  }
}

package io.vireo.daemon.metrics;

import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Metric;
import io.vireo.daemon.rpc.JsonRpcServer;
import java.util.List;

/** The calls of clients, by method. */
final class RpcSource implements Source {
  private static final String METHOD = "method";

  private static final Metric CLIENTS =
      Metric.gauge("vireo_rpc_clients", "Clients that are connected");
  private static final Metric CALLS =
      Metric.counter(
          "vireo_rpc_calls_total", "Calls; unknown methods count together as unknown", METHOD);
  private static final Metric FAILURES =
      Metric.counter("vireo_rpc_failures_total", "Those that were answered with an error", METHOD);

  private final JsonRpcServer rpc;

  RpcSource(JsonRpcServer rpc) {
    this.rpc = rpc;
  }

  @Override
  public List<Metric> metrics() {
    return List.of(CLIENTS, CALLS, FAILURES);
  }

  @Override
  public void measure(Measurements to) {
    to.put(CLIENTS, rpc.clients());
    rpc.counts()
        .forEach(
            (method, calls, failures) -> {
              to.put(CALLS, calls, method);
              to.put(FAILURES, failures, method);
            });
  }
}
